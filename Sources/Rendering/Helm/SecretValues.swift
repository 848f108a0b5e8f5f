internal import Digests
internal import GoTemplate
internal import Model

/// Takes out of errors what the values of a chart, and those given to it, hold under names that speak of secrets, and
/// what looks like a secret under any name.
func secretScrubber(of chart: Chart, _ given: ChartValues) -> SecretScrubber {
    let table = (try? given.table()).map { Value.map($0).node } ?? .object(given.base)
    var texts: Set<String> = []
    collectSecrets(in: table, isSecret: false, &texts)
    collectSecrets(in: .object(chart.values), isSecret: false, &texts)
    return SecretScrubber(values: texts.map { Array($0.utf8) })
}

private func collectSecrets(in node: Node, isSecret: Bool, _ texts: inout Set<String>) {
    switch node {
    case .object(let fields):
        for (name, field) in fields {
            collectSecrets(in: field, isSecret: isSecret || speaksOfSecret(name), &texts)
        }
    case .array(let items):
        for item in items { collectSecrets(in: item, isSecret: isSecret, &texts) }
    case .string(let text):
        // Shorter ones would make a riddle of the message, and are no secrets.
        if isSecret, text.utf8.count >= 4 || looksSecret(text) { texts.insert(text) }
        if !isSecret, looksSecret(text) { texts.insert(text) }
    case .int(let number):
        if isSecret, number.magnitude >= 1000 { texts.insert(String(number)) }
    case .double(let number):
        guard isSecret, number.magnitude >= 1000 else { return }
        // As templates print it, and as YAML does.
        texts.insert("\(printed([.float64(number)]))")
        if let whole = Int64(exactly: number) { texts.insert(String(whole)) }
    default: break
    }
}

private let secretWords = [
    "auth", "cert", "credential", "key", "pass", "private", "pwd", "secret", "token",
]

private func speaksOfSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    return secretWords.contains { name.contains($0) }
}

/// A key in PEM, an address with a password in it, or letters and digits as nobody would write them by hand.
private func looksSecret(_ text: String) -> Bool {
    if text.contains("-----BEGIN"), text.contains("PRIVATE KEY") { return true }
    if let scheme = text.firstRange(of: "://") {
        let authority = text[scheme.upperBound...].prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return false }
        return authority[..<at].contains(":")
    }
    let bytes = text.utf8
    guard bytes.count >= 20, bytes.allSatisfy(isOfToken) else { return false }
    return bytes.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        && bytes.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        && bytes.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
}

/// Of base64, also of its form for addresses.
private func isOfToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"),
        UInt8(ascii: "="), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
    default: false
    }
}
