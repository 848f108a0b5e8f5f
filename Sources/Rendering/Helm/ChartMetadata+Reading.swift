internal import GoTemplate
internal import Model

extension ChartMetadata {
    /// Takes in the fields of a `Chart.yaml` or, for the dependencies, of a `requirements.yaml`.
    ///
    /// Scalars become text where Helm's struct has text, as sigs.k8s.io/yaml turns them; fields that Helm
    /// does not know are passed over.
    mutating func read(_ node: Node) throws(ChartError) {
        if node.isNull { return }
        guard case .object(let fields) = node else {
            throw ChartError(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                    + "\(node.kindName) into Go value of type v2.Metadata")
        }
        let reader = GoStructReader(fields, "Metadata")
        try reader.text("name", &name)
        try reader.text("home", &home)
        try reader.texts("sources", &sources)
        try reader.text("version", &version)
        try reader.text("description", &description)
        try reader.texts("keywords", &keywords)
        maintainers = try reader.objects("maintainers", maintainers) { reader throws(ChartError) in
            var maintainer = Maintainer()
            try reader.text("name", &maintainer.name)
            try reader.text("email", &maintainer.email)
            try reader.text("url", &maintainer.url)
            return maintainer
        }
        try reader.text("icon", &icon)
        try reader.text("apiVersion", &apiVersion)
        try reader.text("condition", &condition)
        try reader.text("tags", &tags)
        try reader.text("appVersion", &appVersion)
        try reader.bool("deprecated", &isDeprecated)
        try reader.textMap("annotations", &annotations)
        try reader.text("kubeVersion", &kubeVersion)
        dependencies = try reader.objects(
            "dependencies", dependencies, ChartDependency.init(reading:))
        try reader.text("type", &type)
    }

    /// Checks what Helm checks when it loads a chart, and takes out what cannot be printed.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/v2/metadata.go (Validate)
    mutating func validate() throws(ChartError) {
        sanitize(&name)
        sanitize(&description)
        sanitize(&home)
        sanitize(&icon)
        sanitize(&condition)
        sanitize(&tags)
        sanitize(&appVersion)
        sanitize(&kubeVersion)
        for index in sources.indices { sanitize(&sources[index]) }
        for index in keywords.indices { sanitize(&keywords[index]) }
        func refuse(_ text: String) -> ChartError {
            ChartError("validation: chart.metadata.\(text)")
        }
        if apiVersion.isEmpty { throw refuse("apiVersion is required") }
        if name.isEmpty { throw refuse("name is required") }
        if name == "." || name == ".." { throw refuse("name \"\(name)\" is not allowed") }
        if name.contains("/") { throw refuse("name \"\(name)\" is invalid") }
        if version.isEmpty { throw refuse("version is required") }
        if (try? SemanticVersion(version)) == nil {
            throw refuse("version \"\(version)\" is invalid")
        }
        guard ["", "application", "library"].contains(type) else {
            throw refuse("type must be application or library")
        }
        for index in maintainers.indices {
            sanitize(&maintainers[index].name)
            sanitize(&maintainers[index].email)
            sanitize(&maintainers[index].url)
        }
        var known: Set<String> = []
        for index in dependencies.indices {
            try dependencies[index].validate()
            let key =
                dependencies[index].alias.isEmpty
                ? dependencies[index].name : dependencies[index].alias
            guard known.insert(key).inserted else {
                throw ChartError(
                    "validation: more than one dependency with name or alias \"\(key)\"")
            }
        }
    }
}

extension ChartDependency {
    init(reading reader: GoStructReader) throws(ChartError) {
        try reader.text("name", &name)
        try reader.text("version", &version)
        try reader.text("repository", &repository)
        try reader.text("condition", &condition)
        try reader.texts("tags", &tags)
        try reader.bool("enabled", &isEnabled)
        try reader.nodes("import-values", &importValues)
        try reader.text("alias", &alias)
    }

    fileprivate mutating func validate() throws(ChartError) {
        sanitize(&name)
        sanitize(&version)
        sanitize(&repository)
        sanitize(&condition)
        for index in tags.indices { sanitize(&tags[index]) }
        let isPlain = alias.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain else {
            throw ChartError(
                "validation: dependency \"\(name)\" has disallowed characters in the alias")
        }
    }
}

extension ChartLock {
    init(reading node: Node) throws(ChartError) {
        guard case .object(let fields) = node else { return }
        let reader = GoStructReader(fields, "Lock")
        try reader.text("digest", &digest)
        dependencies = try reader.objects("dependencies", [], ChartDependency.init(reading:))
    }
}

/// White space becomes a space, and what is not printable goes.
private func sanitize(_ text: inout String) {
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if scalar.properties.isWhitespace {
            result.append(" ")
            continue
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            continue
        default: result.append(scalar)
        }
    }
    text = String(result)
}

/// Reads the fields of an object as Go's JSON decoder fills a struct, after sigs.k8s.io/yaml has turned
/// scalars into text for fields that are text.
///
/// Source: https://github.com/kubernetes-sigs/yaml/blob/v1.4.0/yaml.go (convertToJSONableObject)
struct GoStructReader {
    private let fields: Mapping
    private let type: String
    /// Bit n is set when a key has n bytes modulo 64, all bits when a key is not ASCII: its other case may have
    /// fewer or more.
    private let keyLengths: UInt64

    init(_ fields: Mapping, _ type: String) {
        self.fields = fields
        self.type = type
        keyLengths = fields.reduce(0) { lengths, field in
            lengths
                | (field.key.utf8.contains { $0 >= 0x80 } ? .max : Self.bit(for: field.key))
        }
    }

    private static func bit(for key: String) -> UInt64 { 1 << UInt64(key.utf8.count & 63) }

    func text(_ name: String, _ value: inout String) throws(ChartError) {
        guard let node = present(name) else { return }
        value = try text(node, name)
    }

    func bool(_ name: String, _ value: inout Bool) throws(ChartError) {
        guard let node = present(name) else { return }
        guard let found = node.boolValue else { throw mismatch(node, name, "bool") }
        value = found
    }

    func texts(_ name: String, _ values: inout [String]) throws(ChartError) {
        guard let elements = try elements(name, "[]string") else { return }
        values = []
        for element in elements { values.append(try text(element, name)) }
    }

    func nodes(_ name: String, _ values: inout [Node]) throws(ChartError) {
        values = try elements(name, "[]interface {}") ?? values
    }

    func textMap(_ name: String, _ values: inout [String: String]) throws(ChartError) {
        guard let node = present(name) else { return }
        guard case .object(let entries) = node else {
            throw mismatch(node, name, "map[string]string")
        }
        values = [:]
        for (key, value) in entries { values[key] = value.isNull ? "" : try text(value, name) }
    }

    func objects<Element>(
        _ name: String, _ known: [Element],
        _ read: (GoStructReader) throws(ChartError) -> Element
    ) throws(ChartError) -> [Element] {
        guard let elements = try elements(name, "[]*v2.\(type)") else { return known }
        var values: [Element] = []
        for element in elements {
            guard case .object(let fields) = element else {
                if element.isNull {
                    throw ChartError("validation: \(name) must not contain empty or null nodes")
                }
                throw mismatch(element, name, "v2.\(type)")
            }
            values.append(try read(GoStructReader(fields, type)))
        }
        return values
    }

    /// A field, by its name in any case, as Go's decoder finds it.
    private func present(_ name: String) -> Node? {
        guard keyLengths & Self.bit(for: name) != 0 else { return Optional.none }
        var other: Node?
        for (key, value) in fields
        where keyLengths == .max || key.utf8.count == name.utf8.count {
            if key == name { return value.isNull ? Optional.none : value }
            if other == nil, Self.isSame(key, name) { other = value }
        }
        guard let other, !other.isNull else { return Optional.none }
        return other
    }

    /// Whether two names differ in nothing but the case of their letters.
    private static func isSame(_ key: String, _ name: String) -> Bool {
        if key.utf8.contains(where: { $0 >= 0x80 }) { return key.lowercased() == name.lowercased() }
        return key.utf8.elementsEqual(name.utf8) { lowerCase($0) == lowerCase($1) }
    }

    private static func lowerCase(_ letter: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter) ? letter | 0x20 : letter
    }

    private func elements(_ name: String, _ goType: String) throws(ChartError) -> [Node]? {
        guard let node = present(name) else { return nil }
        guard let elements = node.arrayValue else { throw mismatch(node, name, goType) }
        return elements
    }

    private func text(_ node: Node, _ name: String) throws(ChartError) -> String {
        switch node {
        case .string(let text): text
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): formatted("%v", [.float64(value)]).description
        case .null: ""
        case .array, .object: throw mismatch(node, name, "string")
        }
    }

    private func mismatch(_ node: Node, _ name: String, _ goType: String) -> ChartError {
        let kind: String =
            switch node {
            case .int, .double: "number"
            case .bool: "bool"
            default: node.kindName
            }
        return ChartError(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal \(kind) into Go "
                + "struct field \(type).\(name) of type \(goType)")
    }
}
