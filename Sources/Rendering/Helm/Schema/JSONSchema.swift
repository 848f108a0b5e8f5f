internal import GoTemplate
internal import Model

/// A JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12: what `values.schema.json` asks of a chart's values.
///
/// References within the document are followed; those that leave it are refused, because a rendering reads nothing
/// from a network.
///
/// Source: https://json-schema.org/specification, and for the words of failures
/// https://github.com/santhosh-tekuri/jsonschema, which Helm uses
struct JSONSchema {
    let root: Node
    let draft: Draft
    /// The schemas that `$id` and `$anchor` name, by URI and fragment.
    private(set) var named: [String: Place] = [:]
    /// The schemas that `$dynamicAnchor` names.
    private(set) var dynamicAnchors: [String: Place] = [:]

    enum Draft: Int, Comparable {
        case draft4 = 4
        case draft6 = 6
        case draft7 = 7
        case draft2019 = 2019
        case draft2020 = 2020

        static func < (a: Draft, b: Draft) -> Bool { a.rawValue < b.rawValue }

        /// `nil` for a schema of schemas that is none of these.
        init?(schema: String) {
            let name = schema.split(separator: "#").first ?? ""
            switch name.drop(while: { $0 != ":" }) {
            case "://json-schema.org/draft-04/schema": self = .draft4
            case "://json-schema.org/draft-06/schema": self = .draft6
            case "://json-schema.org/draft-07/schema": self = .draft7
            case "://json-schema.org/draft/2019-09/schema": self = .draft2019
            case "://json-schema.org/draft/2020-12/schema", "://json-schema.org/schema":
                self = .draft2020
            default: return nil
            }
        }
    }

    /// A schema within the document.
    struct Place: Hashable {
        /// From the root of the document.
        var pointer: [String]
        /// What references in it are relative to.
        var base: String

        static let root = Place(pointer: [], base: JSONSchema.file)
    }

    /// What a schema without `$schema` is taken for.
    private static let newest = Draft.draft2020

    init(_ root: Node) throws(ChartError) {
        self.root = root
        if let name = root["$schema"]?.stringValue {
            guard let draft = Draft(schema: name) else {
                var error = Self.unread(String(name.prefix { $0 != "#" }), "")
                error.hint = "JSON Schema draft 4, 6, 7, 2019-09 or 2020-12"
                throw error
            }
            self.draft = draft
        } else {
            draft = Self.newest
        }
        guard root.objectValue != nil || root.boolValue != nil else {
            throw Self.noSchema(root, at: Self.file + "#", draft)
        }
        named[Self.file] = Place.root
        index(root, Place.root, depth: 0)
        try checkReferences()
    }

    /// What Helm calls the document.
    static let file = "file:///values.schema.json"

    /// Deeper schemas are not looked into for names.
    private static let depthMax = 200

    /// Notes every schema that has a name of its own.
    private mutating func index(_ node: Node, _ place: Place, depth: Int) {
        guard depth < Self.depthMax else { return }
        var place = place
        switch node {
        case .object(let fields):
            let key = draft == .draft4 ? "id" : "$id"
            // Up to draft 7 a reference leaves what stands beside it without meaning.
            let hasMeaning = draft >= .draft2019 || fields["$ref"] == nil
            if hasMeaning, let id = fields[key]?.stringValue {
                if id.hasPrefix("#") {
                    named[place.base + id] = place
                } else {
                    place.base = resolved(id, against: place.base)
                    named[place.base] = place
                }
            }
            if draft >= .draft2019, let anchor = fields["$anchor"]?.stringValue {
                named["\(place.base)#\(anchor)"] = place
            }
            if draft == .draft2020, let anchor = fields["$dynamicAnchor"]?.stringValue {
                named["\(place.base)#\(anchor)"] = place
                // The outermost schema of a name is where `$dynamicRef` leads.
                if dynamicAnchors[anchor] == nil { dynamicAnchors[anchor] = place }
            }
            for (name, value) in fields where !Self.literals.contains(name) {
                index(
                    value, Place(pointer: place.pointer + [name], base: place.base),
                    depth: depth + 1)
            }
        case .array(let elements):
            for (number, element) in elements.enumerated() {
                index(
                    element, Place(pointer: place.pointer + [String(number)], base: place.base),
                    depth: depth + 1)
            }
        default: return
        }
    }

    /// Keywords whose values are no schemas.
    private static let literals: Set<String> = ["const", "default", "enum", "examples"]

    /// A URI relative to another: enough for names within one file, of which only the last part differs.
    func resolved(_ reference: String, against base: String) -> String {
        if reference.isEmpty || reference == "#" { return base }
        if reference.hasPrefix("#") { return base + reference }
        if reference.firstRange(of: "://") != nil || reference.hasPrefix("urn:") {
            return reference.hasSuffix("#") ? String(reference.dropLast()) : reference
        }
        guard let scheme = base.firstRange(of: "://") else { return reference }
        if reference.hasPrefix("//") { return "\(base[..<scheme.lowerBound]):\(reference)" }
        let host = base[scheme.upperBound...].prefix { $0 != "/" }
        let start = "\(base[..<scheme.upperBound])\(host)"
        if reference.hasPrefix("/") { return start + reference }
        // The last part of the path gives way, and so does one more for each `..`.
        var path = base[host.endIndex...].split(separator: "/").dropLast()
        for part in reference.split(separator: "/", omittingEmptySubsequences: false)
        where part != "." {
            if part == ".." { _ = path.popLast() } else { path.append(part) }
        }
        return "\(start)/\(path.joined(separator: "/"))"
    }
}
