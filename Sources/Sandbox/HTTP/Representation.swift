/// In which form the client wants its answer, from the Accept header.
///
/// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources
struct Representation: Equatable, Sendable {
    enum Form: Equatable, Sendable {
        case object
        case table(version: String)
        case partialObject(version: String)
        case partialObjectList(version: String)
        case discovery(version: String)
    }

    var form: Form
    var isYAML: Bool

    static let json = Representation(form: .object, isYAML: false)

    /// The first acceptable of the media types in the header.
    ///
    /// - Parameter allowsDiscovery: Whether `APIGroupDiscoveryList` is an answer that makes sense.
    /// - Throws: 406 when the server can give none of them.
    init(accept: String, allowsDiscovery: Bool) throws(APIStatus) {
        var sawUnknownForm = false
        for part in accept.split(separator: ",") {
            let pieces = part.split(separator: ";").map(\.trimmingSpaces)
            guard let type = pieces.first?.lowercased() else { continue }
            guard ["application/json", "application/yaml", "*/*"].contains(type) else { continue }
            var parameters: [String: String] = [:]
            for piece in pieces.dropFirst() {
                let pair = piece.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { parameters[String(pair[0])] = String(pair[1]) }
            }
            if let form = Self.form(parameters, allowsDiscovery: allowsDiscovery) {
                self.init(form: form, isYAML: type == "application/yaml")
                return
            }
            sawUnknownForm = true
        }
        if accept.trimmingSpaces.isEmpty {
            self = .json
        } else if sawUnknownForm {
            throw APIStatus(
                code: 406, reason: "NotAcceptable",
                message: "only the following media types are accepted: " + Self.offered)
        } else {
            throw .notAcceptable
        }
    }

    init(form: Form, isYAML: Bool) {
        self.form = form
        self.isYAML = isYAML
    }

    static let offered = "application/json, application/yaml"

    private static func form(_ parameters: [String: String], allowsDiscovery: Bool) -> Form? {
        guard let wanted = parameters["as"] else { return .object }
        let version = parameters["v"] ?? "v1"
        switch (wanted, parameters["g"] ?? "") {
        case ("Table", "meta.k8s.io") where version == "v1" || version == "v1beta1":
            return .table(version: version)
        case ("PartialObjectMetadata", "meta.k8s.io"): return .partialObject(version: version)
        case ("PartialObjectMetadataList", "meta.k8s.io"):
            return .partialObjectList(version: version)
        case ("APIGroupDiscoveryList", "apidiscovery.k8s.io")
        where allowsDiscovery && version == "v2":
            return .discovery(version: version)
        default: return nil
        }
    }
}
