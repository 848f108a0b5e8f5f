internal import GitRepository
internal import Model
internal import Rendering
internal import YAML

/// The lines of a rendered chart with what each is made of.
struct BlameReport {
    let lines: [BlamedLine]
    /// Who wrote the lines of the templates, by the place of the line; empty when that is not known.
    var commits: [Int: Commit] = [:]

    /// `templates/web.yaml:12 │ replicas: 3  ← replicas (production.yaml:4)`, each line in one line.
    ///
    /// - Parameter isWide: Whether the commits of the templates' lines are told.
    func text(isWide: Bool) -> String {
        let places = lines.map { Self.place($0) }
        let width = min(places.map(\.count).max() ?? 0, Self.placeWidth)
        var text = ""
        for (index, (line, place)) in zip(lines, places).enumerated() {
            let shown = place.count > width ? "…" + place.suffix(width - 1) : place
            text += shown + String(repeating: " ", count: width - shown.count) + " │ " + line.text
            let values = Self.values(line)
            if !values.isEmpty { text += "  ← " + values.joined(separator: ", ") }
            if isWide { text += WhyReport.credit(commits[index]) }
            text += "\n"
        }
        return text
    }

    /// Of the 80 columns of a terminal, so many at most tell the template.
    private static let placeWidth = 32

    private static func place(_ line: BlamedLine) -> String {
        guard let template = line.template else { return "" }
        let inside = template.drop { $0 != "/" }.dropFirst()
        return "\(inside.isEmpty ? template[...] : inside):\(line.templateLine)"
    }

    /// What flowed into the line; what only decided is named when nothing did.
    private static func values(_ line: BlamedLine) -> [String] {
        let flows = line.values.filter { !$0.isCondition }
        return (flows.isEmpty ? line.values : flows).map { text(of: $0) }
    }

    /// `image.tag (production.yaml:4)`.
    static func text(of use: ValueUse) -> String {
        let name = use.path.hasPrefix("Values.") ? String(use.path.dropFirst(7)) : use.path
        let origin = origin(use.origin)
        return (use.isCondition ? "if " : "") + name + (origin.isEmpty ? "" : " (\(origin))")
    }

    private static func origin(_ origin: ValueOrigin) -> String {
        let place = origin.file.map { file in file + (origin.line.map { ":\($0)" } ?? "") }
        switch origin.kind {
        case .file, .chart: return place ?? "Chart.yaml"
        case .chartDefault: return "default, " + (place ?? "values.yaml")
        case .set, .setString, .setJSON, .setFile:
            return origin.kind.rawValue + (place.map { " \($0)" } ?? "")
        case .unset: return "unset"
        case .release, .capabilities: return ""
        }
    }

    /// A document for each line.
    var documents: [Node] {
        lines.enumerated().map { index, line in
            var fields = Mapping()
            fields["line"] = .int(Int64(index + 1))
            fields["text"] = .string(line.text)
            fields["template"] = line.template.map { .string($0) } ?? .null
            fields["templateLine"] = line.template == nil ? .null : .int(Int64(line.templateLine))
            fields["commit"] = WhyReport.document(commits[index])
            fields["values"] = .array(line.values.map { Self.document($0) })
            return .object(fields)
        }
    }

    static func document(_ use: ValueUse) -> Node {
        var fields = Mapping()
        fields["path"] = .string(use.path)
        fields["origin"] = .string(use.origin.kind.rawValue)
        fields["file"] = use.origin.file.map { .string($0) } ?? .null
        fields["line"] = use.origin.line.map { .int(Int64($0)) } ?? .null
        fields["isCondition"] = .bool(use.isCondition)
        return .object(fields)
    }
}
