import Model
import YAML

extension Cluster {
    func answerPatch(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus) -> APIAnswer
    {
        let validation = try FieldValidation(request)
        let write = WriteRequest(
            resource: target.resource, key: target.key, subresource: target.subresource,
            manager: request.fieldManager, isDryRun: try request.isDryRun())
        if request.mediaType == "application/apply-patch+yaml" {
            return try answerApply(request, target, write)
        }
        try checkForceIsAbsent(request)
        let kind = try PatchKind(request, target.resource)
        guard let live = storage.object(target.key) else {
            throw .notFound(target.resource, target.name)
        }
        let before = inVersion(live.node, of: target.resource)
        let patch = try Self.json(request.body)
        let patched = try applied(kind, patch, to: before, target.resource)
        try checkName(patched, target)
        var located = write
        let decoded = try strictPatch(
            try self.located(patched, &located), patch, kind, target.resource, validation)
        let updated = try update(decoded.object, live: live.node, write)
        var answer = try shaped(
            inVersion(updated, of: target.resource), request, target.resource)
        answer.warnings = decoded.warnings
        return answer
    }

    enum PatchKind: Sendable {
        case json
        case merge
        case strategic

        init(_ request: APIRequest, _ resource: ServedResource) throws(APIStatus) {
            switch request.mediaType {
            case "application/json-patch+json": self = .json
            case "application/merge-patch+json": self = .merge
            case "application/strategic-merge-patch+json" where !resource.isCustom:
                self = .strategic
            case "application/strategic-merge-patch+json": throw .unsupportedCustomPatch
            default: throw .unsupportedPatch
            }
        }
    }

    func applied(
        _ kind: PatchKind, _ patch: Node, to object: Node, _ resource: ServedResource
    ) throws(APIStatus) -> Node {
        switch kind {
        case .json: return try applyJSONPatch(patch, to: object)
        case .merge:
            guard case .object = patch else {
                throw .badRequest(
                    "error decoding patch: json: cannot unmarshal \(patch.kindName) into Go value of type map[string]interface {}"
                )
            }
            return applyMergePatch(patch, to: object)
        case .strategic:
            return try applyStrategicMergePatch(patch, to: object, schema: schema(resource))
        }
    }

    private func checkForceIsAbsent(_ request: APIRequest) throws(APIStatus) {
        guard request.query["force"] != nil else { return }
        throw .invalidOptions(
            "PatchOptions",
            [
                (
                    "FieldValueForbidden", "Forbidden: may not be specified for non-apply patch",
                    "force"
                )
            ])
    }

    /// Server-side apply, which creates what is not there.
    private func answerApply(
        _ request: APIRequest, _ target: RequestTarget, _ write: WriteRequest
    ) throws(APIStatus) -> APIAnswer {
        guard let manager = request.query["fieldManager"], !manager.isEmpty else {
            throw .invalidOptions(
                "PatchOptions",
                [
                    (
                        "FieldValueRequired", "Required value: is required for apply patch",
                        "fieldManager"
                    )
                ])
        }
        guard manager.utf8.count <= 128 else {
            throw .invalidOptions(
                "PatchOptions",
                [
                    (
                        "FieldValueTooLong", "Too long: may not be more than 128 bytes",
                        "fieldManager"
                    )
                ])
        }
        var configuration = try Self.yaml(request.body)
        if configuration.isNull { configuration = [:] }
        guard case .object = configuration else {
            throw .badRequest(
                "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot "
                    + "unmarshal \(configuration.kindName) into Go value of type "
                    + "map[string]interface {}")
        }
        try checkApplied(&configuration, target)
        var located = write
        _ = try self.located(configuration, &located)
        let live = storage.object(target.key)
        let before = live.map { inVersion($0.node, of: target.resource) }
        let applied = try fieldManager(write).apply(
            live: before, applied: configuration, manager: manager,
            force: request.query.flag("force"), time: now)
        let stored: Node
        if let live {
            stored = try update(applied.object, live: live.node, write, isApplied: true)
        } else {
            if !target.subresource.isEmpty { throw .notFound(target.resource, target.name) }
            stored = try create(applied.object, write, isApplied: true)
        }
        return try shaped(
            inVersion(stored, of: target.resource), code: live == nil ? 201 : 200, request,
            target.resource)
    }

    private func checkApplied(_ configuration: inout Node, _ target: RequestTarget)
        throws(APIStatus)
    {
        let kind = configuration["kind"]?.stringValue ?? ""
        let version = configuration["apiVersion"]?.stringValue ?? ""
        if kind != target.resource.kind {
            let groupVersion = GroupVersion(version)
            throw .badRequest(
                "invalid object type: \(groupVersion.group)/\(groupVersion.version), Kind=\(kind)")
        }
        try checkName(configuration, target)
        configuration["kind"] = .string(target.resource.kind)
    }
}
