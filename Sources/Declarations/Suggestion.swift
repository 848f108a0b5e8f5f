/// `did you mean recurse?`, when `text` is a slip away from one of `names`; else `nil`.
func suggestion(for text: String, among names: [String]) -> String? {
    let lowered = text.lowercased()
    let ranked = names.map { (name: $0, distance: editDistance(lowered, $0.lowercased())) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }),
        best.distance <= max(1, best.name.utf8.count / 3)
    else { return nil }
    return "did you mean \(best.name)?"
}

/// The number of letters to insert, delete or replace (Levenshtein), of at most the first 64 each.
private func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b.utf8.prefix(64))
    var row = Array(0...b.count)
    for (i, x) in a.utf8.prefix(64).enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let replaced = diagonal + (x == y ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
