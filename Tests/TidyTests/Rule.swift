/// What the sources are held to.
enum Rule: String {
    case imports, package, folder, fileLength, functionLength, banned, unfinished, links, titles,
        machine
}

/// One place where a rule is broken.
struct Breach: Comparable, CustomStringConvertible {
    var rule: Rule
    var file: String
    var line: Int
    var what: String
    /// What an exemption's `text` is compared with.
    var text: String

    init(_ rule: Rule, _ file: String, _ line: Int, _ what: String, text: String = "") {
        self.rule = rule
        self.file = file
        self.line = line
        self.what = what
        self.text = text
    }

    /// `Sources/Model/Node.swift:12: …`.
    var description: String { "\(file):\(line): \(what)" }

    static func < (a: Breach, b: Breach) -> Bool {
        (a.file, a.line, a.what) < (b.file, b.line, b.what)
    }

    func isExempt(by exemption: Exemption) -> Bool {
        exemption.rule == rule && exemption.file == file && text.contains(exemption.text)
    }
}
