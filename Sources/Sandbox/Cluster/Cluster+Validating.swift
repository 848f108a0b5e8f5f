import Model
import Schemas
import YAML

extension Cluster {
    /// The object without fields its kind does not have, and what to tell the client about them.
    ///
    /// - Throws: 400 when they are not to be tolerated.
    func strict(_ object: Node, _ resource: ServedResource, _ validation: FieldValidation)
        throws(APIStatus) -> Decoded
    {
        let schema = schema(resource)
        var unknown = unknownFields(in: object, schema: schema)
        if resource.isCustom { unknown.sort() }
        if unknown.isEmpty { return Decoded(object: object, warnings: []) }
        if validation == .strict {
            throw strictDecoding(
                unknown: unknown, version: resource.version, kind: resource.kind)
        }
        return Decoded(
            object: withoutUnknownFields(object, schema: schema),
            warnings: validation == .warn ? unknown.map { "unknown field \"\($0)\"" } : [])
    }

    /// The same for what a patch has made of an object.
    ///
    /// - Throws: 422 about the patch.
    func strictPatch(
        _ object: Node, _ patch: Node, _ kind: PatchKind, _ resource: ServedResource,
        _ validation: FieldValidation
    ) throws(APIStatus) -> Decoded {
        guard validation == .strict else { return try strict(object, resource, validation) }
        let unknown = unknownFields(in: object, schema: schema(resource))
        if unknown.isEmpty { return Decoded(object: object, warnings: []) }
        let value: String
        if case .strategic = kind {
            value = goMap(patch.objectValue ?? Mapping())
        } else {
            value = String(decoding: printJSON(object), as: UTF8.self)
        }
        let texts = unknown.map { "unknown field \"\($0)\"" }.joined(separator: ", ")
        let message = "Invalid value: \(quoted(value)): strict decoding error: \(texts)"
        throw APIStatus(
            code: 422, reason: "Invalid", message: " \"\" is invalid: patch: \(message)",
            details: APIStatus.Details(
                causes: [
                    APIStatus.Cause(reason: "FieldValueInvalid", message: message, field: "patch")
                ]))
    }

    /// Refuses an object that breaks the rules of its kind.
    ///
    /// - Throws: 422 with all causes.
    func check(_ new: Node, live: Node?, _ write: WriteRequest) throws(APIStatus) {
        let resource = write.resource
        var causes: [APIStatus.Cause] = []
        if let live {
            causes += immutableCauses(
                live: live, new: new, group: resource.group, kind: resource.kind)
            // Checked before the rules of the kind and again among them.
            let added = finalizerCauses(live: live, new: new)
            causes += added + added
        }
        if let live, resource.storageName == "pods", write.subresource.isEmpty {
            causes += podUpdateCauses(live: live, new: new)
        }
        causes += metadataCauses(of: new, group: resource.group, kind: resource.kind)
        if !resource.isCustom { causes += finalizerNameCauses(of: new) }
        causes += workloadCauses(of: new, group: resource.group, kind: resource.kind)
        causes += serviceCauses(of: new, group: resource.group, kind: resource.kind)
        if resource.storageName == CustomVersion.definitions {
            causes += DefinitionValidation.causes(of: new, live: live)
        }
        if let custom = customVersions[resource.apiVersion + "/" + resource.kind] {
            causes += custom.validator.causes(of: new, old: live)
        }
        // Only what is right in itself is allocated.
        if causes.isEmpty, resource.storageName == "services", write.subresource.isEmpty {
            causes = allocator(except: write.key).causes(of: new)
        }
        if causes.isEmpty { return }
        throw .invalid(
            group: resource.group, kind: resource.kind,
            name: new["metadata"]?["name"]?.stringValue ?? "", causes)
    }

    /// What is to go takes no new finalizers.
    private func finalizerCauses(live: Node, new: Node) -> [APIStatus.Cause] {
        guard live.isBeingDeleted else { return [] }
        let old = live["metadata"]?["finalizers"]?.arrayValue ?? []
        let added = (new["metadata"]?["finalizers"]?.arrayValue ?? [])
            .filter { !old.contains($0) }.compactMap(\.stringValue)
        if added.isEmpty { return [] }
        let list = added.map { "\"\($0)\"" }.joined(separator: ", ")
        return [
            APIStatus.Cause(
                reason: "FieldValueForbidden",
                message:
                    "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}",
                field: "metadata.finalizers")
        ]
    }
}
