import Model
import YAML

extension Cluster {
    /// The body of a request that is one object, in JSON, YAML or, for built-in kinds, Protobuf.
    ///
    /// - Throws: 415 for other media types, 400 for what cannot be read.
    func decodedBody(_ request: APIRequest) throws(APIStatus) -> Node {
        switch request.mediaType {
        case "", "application/json": return try Self.json(request.body)
        case "application/yaml": return try Self.yaml(request.body)
        case "application/vnd.kubernetes.protobuf":
            do throws(ProtobufProblem) { return try ProtobufDecoder.decode(request.body) } catch {
                throw .badRequest("the object provided is unrecognized: \(error.message)")
            }
        default: throw .unsupportedBody
        }
    }

    static func json(_ bytes: [UInt8]) throws(APIStatus) -> Node {
        do { return try parseJSON(bytes) } catch {
            throw .badRequest("the object provided is unrecognized: \(error.summary)")
        }
    }

    static func yaml(_ bytes: [UInt8]) throws(APIStatus) -> Node {
        let documents: [YAMLDocument]
        do { documents = try parseYAML(bytes, file: "body") } catch {
            throw .badRequest("error decoding YAML: \(error.summary)")
        }
        return documents.first?.root ?? .null
    }
}
