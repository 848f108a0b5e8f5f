import GoTemplate

/// A value of a JSON text as the templates of Helm see it: every number is a float64.
enum JSONValue: Decodable {
    case value(() -> Value)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .value { .none }
        } else if let flag = try? container.decode(Bool.self) {
            self = .value { .bool(flag) }
        } else if let number = try? container.decode(Double.self) {
            self = .value { .float64(number) }
        } else if let text = try? container.decode(String.self) {
            self = .value { .string(text) }
        } else if let list = try? container.decode([JSONValue].self) {
            self = .value { .list(list.map(\.made)) }
        } else {
            let entries = try container.decode([String: JSONValue].self)
            self = .value { .map(Map(entries.map { (ByteString($0.key), $0.value.made) })) }
        }
    }

    /// The value, with maps of its own.
    var made: Value {
        switch self {
        case .value(let make): make()
        }
    }
}

/// What Helm gives to the templates of a chart named p.
func probeData(_ values: JSONValue) -> Value {
    let named = Map(type: .named("common.Values", .anyMap), methods: valuesMethods)
    if case .map(let map) = values.made {
        for entry in map.sortedEntries { named[entry.key] = entry.value }
    }
    let release = Map([
        ("Name", "rel"), ("Namespace", "ns1"), ("IsInstall", .bool(true)),
        ("IsUpgrade", .bool(false)), ("Revision", .int(1)), ("Service", "Helm"),
    ])
    let template = Map([("Name", "p/templates/p.yaml"), ("BasePath", "p/templates")])
    let data = Map(type: .named("common.Values", .anyMap), methods: valuesMethods)
    data["Values"] = .map(named)
    data["Release"] = .map(release)
    data["Chart"] = .map(Map([("Name", "p")]))
    data["Subcharts"] = .map(Map())
    data["Template"] = .map(template)
    data["Capabilities"] = .object(Capabilities())
    data["Files"] = .object(Files())
    return .map(data)
}

private let valuesMethods: [ByteString: Function] = [
    "AsMap": Function("AsMap") { (values: Map) in
        Map(values.sortedEntries.map { ($0.key, $0.value) })
    },
    "YAML": Function("YAML") { (values: Map) in
        ByteString("big: 1.2345678e+07\n")
    },
]

/// `*common.Capabilities`: fields, one of them a list with a method.
private struct Capabilities: Object {
    var type: GoType { .named("*common.Capabilities", nil) }
    var fieldNames: [ByteString] { ["KubeVersion", "APIVersions", "HelmVersion"] }

    func field(_ name: ByteString) -> Value? {
        switch name {
        case "KubeVersion": .object(KubeVersion())
        case "APIVersions": .object(VersionSet())
        default: nil
        }
    }
}

private struct KubeVersion: Object {
    var type: GoType { .named("common.KubeVersion", nil) }
    var text: ByteString? { "v1.34.0" }
    var fieldNames: [ByteString] { ["Version", "Major", "Minor"] }

    func field(_ name: ByteString) -> Value? {
        switch name {
        case "Version": "v1.34.0"
        case "Major": "1"
        case "Minor": "34"
        default: nil
        }
    }

    func method(_ name: ByteString) -> Function? {
        name == "GitVersion" ? KubeVersion.gitVersion : nil
    }

    private static let gitVersion = Function("GitVersion") { (_: Value) in ByteString("v1.34.0") }
}

private struct VersionSet: Object {
    var type: GoType { .named("common.VersionSet", .list(of: .string)) }
    var underlying: Value? { .list(List(strings: ["v1", "apps/v1"])) }

    func method(_ name: ByteString) -> Function? { name == "Has" ? VersionSet.has : nil }

    private static let has = Function("Has") { (versions: Value, version: ByteString) in
        versions.asList?.elements.contains { $0.asString == version } ?? false
    }
}

private struct Files: Object {
    var type: GoType { .named("engine.files", .map(of: .list(of: .uint8))) }
    var underlying: Value? { .map(Map(type: .map(of: .list(of: .uint8)))) }

    func method(_ name: ByteString) -> Function? { name == "Get" ? Files.get : nil }

    private static let get = Function("Get") { (_: Value, _: ByteString) in ByteString() }
}
