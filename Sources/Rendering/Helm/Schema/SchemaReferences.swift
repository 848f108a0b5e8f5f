internal import GoTemplate
internal import Model

// The messages are those of the library that Helm uses:
// https://github.com/santhosh-tekuri/jsonschema/blob/v6.0.2/compiler.go

extension JSONSchema {
    /// The schema that a reference names; `nil` for a URN that is not in the file, which any value meets, as in Helm.
    func place(of reference: String, from base: String) throws(ChartError) -> Place? {
        let full = resolved(reference, against: base)
        if let place = named[full] { return place }
        let parts = full.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let document = String(parts[0])
        let fragment = parts.count > 1 ? String(parts[1]) : ""
        guard let start = named[document] else {
            if fragment.isEmpty, document.hasPrefix("urn:") { return nil }
            throw Self.unread(document, fragment)
        }
        guard !fragment.isEmpty else { return start }
        guard fragment.hasPrefix("/") else {
            throw ChartError("anchor in \(quoted(full)) not found in schema \(quoted(Self.file))")
        }
        var place = start
        for part in fragment.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            place.pointer.append(unescapedPointer(unescapedPercent(part)))
        }
        guard let node = node(at: place) else {
            throw ChartError("json-pointer in \(quoted(Self.address(of: place))) not found")
        }
        guard node.objectValue != nil || node.boolValue != nil else {
            throw Self.noSchema(node, at: Self.address(of: place), draft)
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

    /// `file:///values.schema.json#/properties/a`.
    private static func address(of place: Place) -> String {
        let pointer = place.pointer.map {
            "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1")
        }.joined()
        return "\(file)#\(fragmentEscaped(ByteString(pointer)))"
    }

    /// A document that is not read: a rendering reads nothing but the chart.
    static func unread(_ document: String, _ fragment: String) -> ChartError {
        let name = quoted(document)
        let hint = "only references within the file are followed; copy that schema into it"
        if document.hasPrefix("urn:") {
            return ChartError("json-pointer in \(quoted("\(document)#\(fragment)")) not found")
        }
        let scheme = document.prefix { $0 != ":" }
        switch scheme {
        case "file":
            let path = document.dropFirst("file://".count).drop { $0 != "/" }
                .prefix { $0 != "?" }
            return ChartError(
                "failing loading \(name): open \(path): no such file or directory", hint: hint)
        case "http", "https":
            return ChartError(
                "failing loading \(name): schemas are not fetched from a network", hint: hint)
        default:
            return ChartError(
                "failing loading \(name): no URLLoader registered for \(name)", hint: hint)
        }
    }

    /// Something that stands where a schema should.
    static func noSchema(_ node: Node, at address: String, _ draft: Draft) -> ChartError {
        let wanted = draft == .draft4 ? "object" : "boolean or object"
        return ChartError(
            "\(quoted(address)) is not valid against metaschema: jsonschema validation failed with "
                + "\(schemaQuoted(draft.metaschema))\n- at '': got \(node.schemaType), want \(wanted)"
        )
    }
}

private func quoted(_ text: String) -> String { quoted(ByteString(text)).description }

extension JSONSchema.Draft {
    fileprivate var metaschema: String {
        switch self {
        case .draft4, .draft6, .draft7:
            "http://json-schema.org/draft-0\(rawValue)/schema#"
        case .draft2019: "https://json-schema.org/draft/2019-09/schema#"
        case .draft2020: "https://json-schema.org/draft/2020-12/schema#"
        }
    }
}

// MARK: Every reference

extension JSONSchema {
    /// Follows every reference that a value could lead to, whether these values do or not.
    func checkReferences() throws(ChartError) {
        var waiting = [Place.root]
        var seen: Set<Place> = [Place.root]
        while let place = waiting.popLast() {
            guard let keywords = node(at: place)?.objectValue else { continue }
            var found = try referenced(keywords, from: base(of: place, keywords))
            if draft >= .draft2019 || keywords["$ref"] == nil {
                found += parts(of: keywords, at: place)
            }
            for place in found where seen.insert(place).inserted { waiting.append(place) }
        }
    }

    private func referenced(_ keywords: Mapping, from base: String) throws(ChartError) -> [Place] {
        var names = ["$ref"]
        if draft == .draft2019 { names.append("$recursiveRef") }
        if draft == .draft2020 { names.append("$dynamicRef") }
        var places: [Place] = []
        for name in names {
            guard let reference = keywords[name]?.stringValue,
                let place = try place(of: reference, from: base)
            else { continue }
            places.append(place)
        }
        return places
    }

    /// What references of the schema are relative to.
    func base(of place: Place, _ keywords: Mapping) -> String {
        let key = draft == .draft4 ? "id" : "$id"
        guard let id = keywords[key]?.stringValue, !id.hasPrefix("#") else { return place.base }
        let known = named.values.filter { $0.pointer == place.pointer }.map(\.base)
        return known.first { $0 != Self.file } ?? known.first ?? place.base
    }

    /// The schemas within a schema, but for those that only a reference leads to.
    private func parts(of keywords: Mapping, at place: Place) -> [Place] {
        let place = Place(pointer: place.pointer, base: base(of: place, keywords))
        var places: [Place] = []
        func add(_ names: String...) {
            places.append(Place(pointer: place.pointer + names, base: place.base))
        }
        for (name, value) in keywords where isApplied(name, keywords) {
            switch (Self.forms[name], value) {
            case (.schema?, .object), (.schemaOrList?, .object): add(name)
            case (.list?, .array(let elements)), (.schemaOrList?, .array(let elements)):
                for index in elements.indices { add(name, String(index)) }
            case (.table?, .object(let fields)):
                for (key, value) in fields where value.objectValue != nil { add(name, key) }
            default: continue
            }
        }
        return places
    }

    private enum Form { case schema, list, table, schemaOrList }

    private static let forms: [String: Form] = [
        "additionalItems": .schema, "additionalProperties": .schema, "allOf": .list,
        "anyOf": .list, "contains": .schema, "dependencies": .table, "dependentSchemas": .table,
        "else": .schema, "if": .schema, "items": .schemaOrList, "not": .schema, "oneOf": .list,
        "patternProperties": .table, "prefixItems": .list, "properties": .table,
        "propertyNames": .schema, "then": .schema, "unevaluatedItems": .schema,
        "unevaluatedProperties": .schema,
    ]

    /// Whether a keyword means something in this draft, beside the others.
    private func isApplied(_ name: String, _ keywords: Mapping) -> Bool {
        switch name {
        case "contains", "propertyNames": draft >= .draft6
        case "if": draft >= .draft7
        case "then", "else": draft >= .draft7 && keywords["if"] != nil
        case "dependentSchemas", "unevaluatedItems", "unevaluatedProperties": draft >= .draft2019
        case "prefixItems": draft == .draft2020
        case "additionalItems": draft != .draft2020 && keywords["items"]?.arrayValue != nil
        default: true
        }
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
