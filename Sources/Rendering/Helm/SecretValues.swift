internal import GoTemplate
internal import Model

/// What the values of a chart, and those given to it, hold under names that speak of secrets: texts that no error may repeat.
func secretTexts(of chart: Chart, _ given: ChartValues) -> Set<String> {
    let table = (try? given.table()).map { Value.map($0).node } ?? .object(given.base)
    return secretTexts(in: table).union(secretTexts(in: .object(chart.values)))
}

private func secretTexts(in values: Node) -> Set<String> {
    var texts: Set<String> = []
    func collect(_ node: Node, isSecret: Bool) {
        switch node {
        case .object(let fields):
            for (name, field) in fields {
                collect(field, isSecret: isSecret || speaksOfSecret(name))
            }
        case .array(let items):
            for item in items { collect(item, isSecret: isSecret) }
        case .string(let text):
            // Shorter ones would make a riddle of the message, and are no secrets.
            if isSecret, text.utf8.count >= 4 { texts.insert(text) }
        default: break
        }
    }
    collect(values, isSecret: false)
    return texts
}

private let secretWords = [
    "auth", "cert", "credential", "key", "pass", "private", "pwd", "secret", "token",
]

private func speaksOfSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    return secretWords.contains { name.contains($0) }
}

/// A text without secrets in it.
func hiding(_ secrets: Set<String>, in text: String) -> String {
    // Longer ones first: one may hold another.
    secrets.sorted { ($1.utf8.count, $1) < ($0.utf8.count, $0) }.reduce(text) { text, secret in
        text.replacing(secret, with: "(hidden)")
    }
}
