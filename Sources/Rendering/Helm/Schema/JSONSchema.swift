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
    }

    /// What a schema without `$schema` is taken for.
    private static let newest = Draft.draft2020

    init(_ root: Node) throws(ChartError) {
        self.root = root
        if let name = root["$schema"]?.stringValue {
            guard let draft = Draft(schema: name) else {
                throw ChartError(
                    "values.schema.json asks for the schema language \(name), which is not supported",
                    hint: "JSON Schema draft 4, 6, 7, 2019-09 or 2020-12")
            }
            self.draft = draft
        } else {
            draft = Self.newest
        }
        index(root, Place(pointer: [], base: ""), depth: 0)
    }

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

    /// The schema that a reference names.
    func place(of reference: String, from base: String) throws(ChartError) -> Place {
        let full = resolved(reference, against: base)
        if let place = named[full] { return place }
        let parts = full.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let document = String(parts[0])
        let fragment = parts.count > 1 ? String(parts[1]) : ""
        guard let start = document.isEmpty ? Place(pointer: [], base: "") : named[document] else {
            throw ChartError(
                "values.schema.json refers to \(reference)",
                hint: "only references within the file are followed; copy that schema into it")
        }
        guard !fragment.isEmpty else { return start }
        guard fragment.hasPrefix("/") else {
            throw ChartError("values.schema.json has no schema that is called #\(fragment)")
        }
        var place = start
        for part in fragment.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            place.pointer.append(unescapedPointer(unescapedPercent(part)))
        }
        guard node(at: place) != nil else {
            throw ChartError("values.schema.json has nothing at \(reference)")
        }
        return place
    }

    func node(at place: Place) -> Node? {
        var node = root
        for part in place.pointer {
            guard let next = node[part] ?? Int(part).flatMap({ node[$0] }) else { return nil }
            node = next
        }
        return node
    }

    /// A URI relative to another: enough for names within one file, of which only the last part differs.
    private func resolved(_ reference: String, against base: String) -> String {
        if reference.hasPrefix("#") { return base + reference }
        if reference.firstRange(of: "://") != nil || reference.hasPrefix("urn:") {
            return reference.hasSuffix("#") ? String(reference.dropLast()) : reference
        }
        guard let slash = base.lastIndex(of: "/") else { return reference }
        if reference.hasPrefix("/"), let scheme = base.firstRange(of: "://") {
            let host = base[scheme.upperBound...].prefix { $0 != "/" }
            return base[..<scheme.upperBound] + host + reference
        }
        return base[...slash] + reference
    }
}

/// A step of a JSON pointer as it is meant.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6901#section-3
private func unescapedPointer(_ text: String) -> String {
    text.replacing("~1", with: "/").replacing("~0", with: "~")
}

private func unescapedPercent(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        let digits = rest.prefix(2)
        if byte == UInt8(ascii: "%"), digits.count == 2,
            let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
        {
            bytes.append(value)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
