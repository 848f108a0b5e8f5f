public import Model

/// Finds the schema of a kind.
public struct SchemaRegistry: Sendable {
    private var custom: [String: SchemaType] = [:]

    private init() {}

    /// The kinds every API server has.
    ///
    /// Source: /openapi/v3 of kube-apiserver 1.36.2, see tools/generate-schemas.
    public static let builtIn = SchemaRegistry()

    /// The schema of a kind's objects; `nil` when nothing is known about it.
    public func schema(group: String, version: String, kind: String) -> SchemaType? {
        let key = "\(group)/\(version)/\(kind)"
        return BuiltInSchemas.shared.kinds[key] ?? custom[key]
    }

    /// The schema of the kind that the manifest says it is.
    public func schema(of manifest: Node) -> SchemaType? {
        guard let apiVersion = manifest["apiVersion"]?.stringValue,
            let kind = manifest["kind"]?.stringValue
        else { return nil }
        let version = GroupVersion(apiVersion)
        return schema(group: version.group, version: version.version, kind: kind)
    }

    /// Adds a custom resource's kind from its structural schema (`openAPIV3Schema`).
    ///
    /// List and map types come from `x-kubernetes-list-type`, `-list-map-keys` and `-map-type`;
    /// `metadata` is that of every object. Registering a kind again replaces it.
    public mutating func register(group: String, version: String, kind: String, schema: Node) {
        custom["\(group)/\(version)/\(kind)"] = SchemaTableBuilder.custom(schema)
    }

    public mutating func remove(group: String, version: String, kind: String) {
        custom["\(group)/\(version)/\(kind)"] = nil
    }

    /// The type of `metadata` in every kind.
    public static var objectMetadata: SchemaType? {
        BuiltInSchemas.shared.kinds["/v1/ConfigMap"]?.field("metadata")
    }
}

/// The embedded table, parsed on first use.
struct BuiltInSchemas: Sendable {
    let kinds: [String: SchemaType]

    static let shared = BuiltInSchemas()

    private init() {
        let table = SchemaTable(types: SchemaTableReader.read(typeTable))
        var kinds: [String: SchemaType] = [:]
        for line in "\(kindTable)".split(separator: "\n") {
            let parts = line.split(separator: "|")
            guard parts.count == 2, let number = Int(parts[1]) else { continue }
            kinds[String(parts[0])] = SchemaType(table: table, number: number)
        }
        self.kinds = kinds
    }
}
