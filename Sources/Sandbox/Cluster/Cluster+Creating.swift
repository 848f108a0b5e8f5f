import Model
import YAML

extension Cluster {
    func answerCreate(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus) -> APIAnswer
    {
        let validation = try FieldValidation(request)
        let isDryRun = try request.isDryRun()
        let decoded = try decoded(request, target.resource, validation)
        var write = WriteRequest(
            resource: target.resource, key: target.key, manager: request.fieldManager,
            isDryRun: isDryRun)
        let object = try located(decoded.object, &write)
        let created = try create(object, write)
        var answer = try shaped(
            inVersion(created, of: target.resource), code: 201, request, target.resource)
        answer.warnings = decoded.warnings
        return answer
    }

    /// Stores a new object; `managedFields` may be in it already when it was applied.
    func create(_ object: Node, _ write: WriteRequest, isApplied: Bool = false) throws(APIStatus)
        -> Node
    {
        let resource = write.resource
        try checkNamespace(write)
        var new = object
        try checkNewMetadata(new, resource)
        var key = write.key
        if key.name.isEmpty {
            key.name = generatedName(object["metadata"]?["generateName"]?.stringValue ?? "")
            if !key.name.isEmpty { new.setMetadata("name", .string(key.name)) }
        }
        if !key.namespace.isEmpty { new.setMetadata("namespace", .string(key.namespace)) }
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
            new.setMetadata(field, nil)
        }
        new = completed(new, live: nil, write)
        if resource.storageName == "pods" { removePriority(&new, unlessIn: object) }
        if !isApplied {
            new = fieldManager(write).update(
                live: nil, new: new, manager: write.manager, time: now)
        }
        // Nobody owns what the server adds by itself.
        new = created(new, write)
        try check(new, live: nil, write)
        if let existing = storage.object(key), !key.name.isEmpty {
            throw .alreadyExists(
                resource, key.name,
                beingDeleted: resource.storageName == "namespaces"
                    && existing.node["metadata"]?["deletionTimestamp"] != nil)
        }
        if write.isDryRun { return new }
        let stored = try store(new, at: key)
        if key.resource == CustomVersion.definitions { try establish(key) }
        return stored
    }

    /// A Pod's priority comes from its class, so it is nobody's.
    private func removePriority(_ pod: inout Node, unlessIn given: Node) {
        var spec = pod["spec"] ?? [:]
        for field in ["priority", "preemptionPolicy"] where given["spec"]?[field] == nil {
            spec[field] = nil
        }
        pod["spec"] = spec
    }

    private func checkNamespace(_ write: WriteRequest) throws(APIStatus) {
        let resource = write.resource
        guard resource.isNamespaced else { return }
        let key = StorageKey(resource: "namespaces", namespace: "", name: write.key.namespace)
        guard let namespace = storage.object(key) else {
            throw .notFound(group: "", plural: "namespaces", name: write.key.namespace)
        }
        if namespace.node["metadata"]?["deletionTimestamp"] != nil {
            throw .forbidden(
                resource, write.key.name,
                "unable to create new content in namespace \(write.key.namespace) because it is being terminated",
                causes: [
                    APIStatus.Cause(
                        reason: "NamespaceTerminating",
                        message: "namespace \(write.key.namespace) is being terminated",
                        field: "metadata.namespace")
                ])
        }
    }

    private func checkNewMetadata(_ object: Node, _ resource: ServedResource) throws(APIStatus) {
        let version = object["metadata"]?["resourceVersion"]?.stringValue ?? ""
        if !version.isEmpty {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
    }

    /// `base` cut to 58 characters and five more.
    ///
    /// Source: https://github.com/kubernetes/apiserver/blob/v0.36.0/pkg/storage/names/generate.go
    private func generatedName(_ base: String) -> String {
        base.isEmpty ? "" : String(base.prefix(58)) + randomSuffix(5)
    }

    /// Letters and digits that spell no words.
    ///
    /// Source: https://github.com/kubernetes/apimachinery/blob/v0.36.0/pkg/util/rand/rand.go
    func randomSuffix(_ count: Int) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }

    /// A random UUID, version 4.
    func newUID() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(hexText(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
            .joined(separator: "-")
    }
}

extension Cluster {
    struct Decoded {
        var object: Node
        var warnings: [String]
    }

    /// The body as an object of the resource's kind.
    ///
    /// - Throws: 400 when it is of another kind, or has fields the kind does not have and that is to be strict.
    func decoded(_ request: APIRequest, _ resource: ServedResource, _ validation: FieldValidation)
        throws(APIStatus) -> Decoded
    {
        var object = try decodedBody(request)
        guard case .object = object else {
            throw .badRequest(
                "couldn't get version/kind; json parse error: json: cannot unmarshal "
                    + "\(object.kindName) into Go value of type struct { APIVersion string "
                    + "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }"
            )
        }
        try checkKind(&object, resource)
        return try strict(object, resource, validation)
    }

    private func checkKind(_ object: inout Node, _ resource: ServedResource) throws(APIStatus) {
        let version = object["apiVersion"]?.stringValue ?? ""
        let kind = object["kind"]?.stringValue ?? ""
        if version.isEmpty || kind.isEmpty {
            if resource.isCustom {
                throw .badRequest(
                    "Object 'Kind' is missing in '\(String(decoding: printJSON(object), as: UTF8.self))'"
                )
            }
            object["apiVersion"] = .string(resource.apiVersion)
            object["kind"] = .string(resource.kind)
            return
        }
        if version != resource.apiVersion {
            throw .badRequest(
                "the API version in the data (\(version)) does not match the expected API version (\(resource.apiVersion))"
            )
        }
        if kind != resource.kind, resource.isCustom {
            throw .invalid(
                group: resource.group, kind: kind, name: object.name,
                [invalidValue(.string(kind), "must be \(resource.kind)", "kind")])
        }
        if kind != resource.kind {
            throw .badRequest(
                "\(kind) in version \"\(GroupVersion(version).version)\" cannot be handled as a "
                    + "\(resource.kind): converting (v1.\(kind)) to (core.\(resource.kind)): unknown conversion"
            )
        }
    }

    /// The object with its namespace, when body and path agree about where it is.
    func located(_ object: Node, _ write: inout WriteRequest) throws(APIStatus) -> Node {
        var object = object
        let metadata = object["metadata"]
        if write.resource.isNamespaced {
            let namespace = metadata?["namespace"]?.stringValue ?? ""
            if !namespace.isEmpty, namespace != write.key.namespace {
                throw .badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request"
                )
            }
            object.setMetadata("namespace", .string(write.key.namespace))
        }
        let name = metadata?["name"]?.stringValue ?? ""
        if write.key.name.isEmpty { write.key.name = name }
        return object
    }
}

func hexText(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
        let text = String(byte, radix: 16)
        return text.count < 2 ? "0" + text : text
    }.joined()
}
