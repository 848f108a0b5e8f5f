internal import Engine
internal import GitRepository
internal import Model
internal import Projections
internal import Rendering
internal import YAML

/// Why a field is as it is: what it is, who set it, which lines wrote it, and who wrote these.
struct WhyReport {
    /// The lines in the repository.
    struct Written {
        /// As of which the files were rendered; `nil` of a chart from elsewhere.
        var commit: String?
        /// Name and version of a chart from elsewhere.
        var chart: String?
        var repository: String
        var origin: FieldOrigin
        var author: Commit?
        /// The file in Git that the line is packed into, when it is not a file itself.
        var archive: String?
        /// Of the lines that values stand in, by the path of the value.
        var authors: [String: Commit] = [:]
    }

    let place: ObjectPlace
    let field: FieldPath
    let value: Node
    var setBy = ""
    /// The sync that applied it last, when Git has the field.
    var sync: String?
    var syncRow: SyncRow?
    var written: Written?

    init(place: ObjectPlace, field: FieldPath, value: Node) {
        self.place = place
        self.field = field
        self.value = value
    }

    private var valueText: String { String(decoding: printJSON(value), as: UTF8.self) }

    func text(isWide: Bool) -> String {
        var lines: [(String, String)] = [("set by", setBy)]
        if let sync {
            lines.append(
                (
                    "applied",
                    "by \(sync)" + (syncRow.map { " at \($0.requestedAt.secondsText)" } ?? "")
                ))
        }
        if let written {
            let kind = written.origin.isTemplate ? "template" : "line"
            lines.append((kind, "\(written.origin.line.text)\(Self.credit(written.author))"))
            if let archive = written.archive { lines.append(("packed", "in \(archive)")) }
            for use in written.origin.values {
                lines.append(("value", Self.text(use, written)))
            }
            if let chart = written.chart {
                lines.append(("chart", "\(chart) of \(written.repository)"))
            }
            if let commit = written.commit {
                lines.append(("commit", "\(commit.prefix(7)) of \(written.repository)"))
            }
        } else if sync != nil {
            lines.append(("line", "not found in the files as they are on record"))
        }
        if let sync { lines.append(("more", "tidemark explain \(sync)")) }
        var text = "\(place.environment) \(CLI.address(place.key))\n\(field) = \(valueText)\n"
        for (label, line) in lines {
            let width = isWide ? Int.max : Listing.width - 10
            for (number, part) in wrapped(line, width).enumerated() {
                text += (number == 0 ? label : "").padded(to: 10) + part + "\n"
            }
        }
        return text
    }

    private static func text(_ use: ValueUse, _ written: Written) -> String {
        BlameReport.text(of: use) + credit(written.authors[use.path])
    }

    /// Who wrote a line, when and why.
    static func credit(_ commit: Commit?) -> String {
        guard let commit else { return "" }
        return
            " — \(commit.id.short) \"\(commit.subject)\" by \(commit.authorName) <\(commit.authorEmail)>, "
            + commit.authoredAt.secondsText
    }

    var document: Node {
        var fields = Mapping()
        fields["environment"] = .string(place.environment)
        fields["object"] = .string(place.key.description)
        fields["field"] = .string(field.description)
        fields["value"] = value
        fields["setBy"] = .string(setBy)
        fields["sync"] = sync.map { .string($0) } ?? .null
        guard let written else { return .object(fields) }
        fields["repository"] = .string(written.repository)
        fields["commit"] = written.commit.map { .string($0) } ?? .null
        if let chart = written.chart { fields["chart"] = .string(chart) }
        if let archive = written.archive { fields["archive"] = .string(archive) }
        fields[written.origin.isTemplate ? "template" : "line"] = Self.document(
            written.origin.line, written.author)
        fields["values"] = .array(
            written.origin.values.map { use in
                var document = BlameReport.document(use).objectValue ?? Mapping()
                document["commit"] = Self.document(written.authors[use.path])
                return .object(document)
            })
        return .object(fields)
    }

    private static func document(_ line: SourceLocation, _ commit: Commit?) -> Node {
        var fields = Mapping()
        fields["file"] = .string(line.file)
        fields["line"] = line.line.map { .int(Int64($0)) } ?? .null
        fields["commit"] = document(commit)
        return .object(fields)
    }

    static func document(_ commit: Commit?) -> Node {
        guard let commit else { return .null }
        var fields = Mapping()
        fields["id"] = .string(commit.id.description)
        fields["subject"] = .string(commit.subject)
        fields["author"] = .string("\(commit.authorName) <\(commit.authorEmail)>")
        fields["time"] = .string(commit.authoredAt.description)
        return .object(fields)
    }
}

extension SourceLocation {
    /// Without the column.
    fileprivate var text: String { file + (line.map { ":\($0)" } ?? "") }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
