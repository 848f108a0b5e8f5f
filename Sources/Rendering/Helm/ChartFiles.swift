internal import GoTemplate
internal import Model

/// `.Files`: the files of a chart that are no templates, by their paths.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/engine/files.go
struct ChartFiles: Object {
    private let files: [ByteString: ByteString]

    init(_ files: [ChartFile]) {
        self.init(
            Dictionary(
                files.map { (ByteString($0.name), ByteString($0.bytes)) },
                uniquingKeysWith: { _, last in last }))
    }

    private init(_ files: [ByteString: ByteString]) { self.files = files }

    var type: GoType { .named("engine.files", .map(of: .list(of: .uint8))) }

    var underlying: Value? {
        .map(
            Map(
                files.map { ($0.key, .list(List(bytes: $0.value))) },
                type: .map(of: .list(of: .uint8))))
    }

    func method(_ name: ByteString) -> Function? { Self.methods[name] }

    private static let methods: [ByteString: Function] = [
        "Get": Function("Get") {
            (files: Value, name: ByteString) throws(TemplateError) -> ByteString in
            ChartFiles.of(files).files[name] ?? ""
        },
        "GetBytes": Function("GetBytes") {
            (files: Value, name: ByteString) throws(TemplateError) -> Value in
            .list(List(bytes: ChartFiles.of(files).files[name] ?? ""))
        },
        "Glob": Function("Glob") {
            (files: Value, pattern: ByteString) throws(TemplateError) -> Value in
            .object(ChartFiles.of(files).matching(pattern.description))
        },
        "AsConfig": Function("AsConfig") { (files: Value) throws(TemplateError) -> ByteString in
            ChartFiles.of(files).yaml { $0 }
        },
        "AsSecrets": Function("AsSecrets") { (files: Value) throws(TemplateError) -> ByteString in
            ChartFiles.of(files).yaml { $0.base64 }
        },
        "Lines": Function("Lines") {
            (files: Value, name: ByteString) throws(TemplateError) -> [ByteString] in
            ChartFiles.of(files).lines(of: name)
        },
    ]

    private static func of(_ value: Value) -> ChartFiles {
        guard case .object(let box) = value, let files = box.object as? ChartFiles else {
            return ChartFiles([:])
        }
        return files
    }

    /// Those whose paths match; a pattern that cannot be read matches all, as in Helm.
    private func matching(_ pattern: String) -> ChartFiles {
        guard let glob = try? Glob(pattern, separator: "/") else { return self }
        return ChartFiles(files.filter { glob.matches($0.key.description) })
    }

    /// A map from the last part of each path to what is made of the file, as `toYaml` prints it.
    private func yaml(_ make: (ByteString) -> ByteString) -> ByteString {
        let map = Map(type: .map(of: .string))
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            let base = name.bytes.split(separator: UInt8(ascii: "/")).last ?? []
            map[ByteString(base)] = .string(make(bytes))
        }
        return (try? Serialization.yaml(.map(map), .kubernetes)) ?? ""
    }

    private func lines(of name: ByteString) -> [ByteString] {
        guard var bytes = files[name]?.bytes, !bytes.isEmpty else { return [] }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { ByteString($0) }
    }
}
