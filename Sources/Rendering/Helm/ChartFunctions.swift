internal import Digests
internal import GoTemplate
internal import Model

/// The functions of charts that rest on more than text: reading YAML, digests, and names that are not looked up.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/engine/funcs.go
enum ChartFunctions {
    static let all: [Function] = reading + digests + withoutNetwork + [ChartLookup.function]

    private static let reading: [Function] = [
        Function(inContext: "fromYaml") {
            (execution: inout Execution, text: ByteString) throws(TemplateError) -> Map in
            try execution.charge(reading: text)
            do throws(ChartError) {
                return try table(text.bytes)
            } catch {
                return Map([("Error", .string(error.message))])
            }
        },
        Function(inContext: "mustFromYaml") {
            (execution: inout Execution, text: ByteString) throws(TemplateError) -> Map in
            try execution.charge(reading: text)
            do throws(ChartError) { return try table(text.bytes) } catch {
                throw TemplateError(error.message)
            }
        },
        Function(inContext: "fromYamlArray") {
            (execution: inout Execution, text: ByteString) throws(TemplateError) -> List in
            try execution.charge(reading: text)
            do throws(ChartError) {
                return try list(text.bytes)
            } catch {
                return List([.string(error.message)])
            }
        },
    ]

    private static func table(_ bytes: [UInt8]) throws(ChartError) -> Map {
        switch try readGoYAML(bytes, file: "fromYaml") {
        case .null: return Map()
        case .object(let fields): return Map(fields)
        case let node: throw mismatch(node, "map[string]interface {}")
        }
    }

    private static func list(_ bytes: [UInt8]) throws(ChartError) -> List {
        switch try readGoYAML(bytes, file: "fromYamlArray") {
        case .null: return List()
        case .array(let elements): return List(elements.map { Value($0) })
        case let node: throw mismatch(node, "[]interface {}")
        }
    }

    private static func mismatch(_ node: Node, _ type: String) -> ChartError {
        ChartError(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal \(node.goKind) into "
                + "Go value of type \(type)")
    }

    private static let digests: [Function] = [
        Function("sha1sum") { (text: ByteString) throws(TemplateError) -> ByteString in
            ByteString(hex(sha1(text.bytes)))
        },
        Function("sha256sum") { (text: ByteString) throws(TemplateError) -> ByteString in
            ByteString(Digest(of: text.bytes).description)
        },
        Function("sha512sum") { (text: ByteString) throws(TemplateError) -> ByteString in
            ByteString(hex(sha512(text.bytes)))
        },
    ]

    /// A rendering asks no name server: it answers as if it had nothing.
    private static let withoutNetwork: [Function] = [
        Function("getHostByName") { (name: ByteString) throws(TemplateError) -> ByteString in "" }
    ]
}
