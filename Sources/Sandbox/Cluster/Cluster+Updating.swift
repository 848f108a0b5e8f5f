import Model
import YAML

extension Cluster {
    func answerUpdate(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus) -> APIAnswer
    {
        let validation = try FieldValidation(request)
        let isDryRun = try request.isDryRun()
        let decoded = try decoded(request, target.resource, validation)
        var write = WriteRequest(
            resource: target.resource, key: target.key, subresource: target.subresource,
            manager: request.fieldManager, isDryRun: isDryRun)
        let object = try located(decoded.object, &write)
        try checkName(object, target)
        guard let live = storage.object(target.key) else {
            throw .notFound(target.resource, target.name)
        }
        let version = object["metadata"]?["resourceVersion"]?.stringValue ?? ""
        if target.resource.isCustom, version.isEmpty {
            throw .invalid(
                group: target.resource.group, kind: target.resource.plural, name: target.name,
                [invalidValue(0, "must be specified for an update", "metadata.resourceVersion")])
        }
        let updated = try update(object, live: live.node, write)
        var answer = try shaped(
            inVersion(updated, of: target.resource), request, target.resource)
        answer.warnings = decoded.warnings
        return answer
    }

    func checkName(_ object: Node, _ target: RequestTarget) throws(APIStatus) {
        let name = object["metadata"]?["name"]?.stringValue ?? ""
        if name.isEmpty {
            throw .badRequest(
                "the name of the object (\(target.name) based on URL) was undeterminable: name must be provided"
            )
        }
        if name != target.name {
            throw .badRequest(
                "the name of the object (\(name)) does not match the name on the URL (\(target.name))"
            )
        }
    }

    /// Stores what a request makes of a live object; nothing is written when nothing changes.
    ///
    /// - Parameter isApplied: Whether `managedFields` are already those of a server-side apply.
    func update(_ object: Node, live: Node, _ write: WriteRequest, isApplied: Bool = false)
        throws(APIStatus) -> Node
    {
        let resource = write.resource
        let live = inVersion(live, of: resource)
        var new = object
        try checkVersion(new, live: live, write)
        keepMetadata(&new, live: live)
        keepOtherPart(&new, live: live, write)
        keepAddresses(&new, live: live, write)
        noteStorageVersion(&new, write)
        new = completed(new, live: live, write)
        if !isApplied {
            new = fieldManager(write).update(
                live: live, new: new, manager: write.manager, time: now)
        }
        new.setMetadata("resourceVersion", live["metadata"]?["resourceVersion"])
        followType(&new, live: live, write)
        try check(new, live: live, write)
        if isUnchanged(new, live) { return live }
        if new["metadata"]?["deletionTimestamp"] != nil, !isHeld(new, resource),
            (new["metadata"]?["deletionGracePeriodSeconds"]?.intValue ?? 0) == 0
        {
            if !write.isDryRun { try erase(write.key) }
            return new
        }
        if write.isDryRun { return new }
        return try store(new, at: write.key)
    }

    private func isUnchanged(_ new: Node, _ live: Node) -> Bool {
        if new == live { return true }
        // The times of managedFields alone are no reason to write.
        var a = new
        var b = live
        a.setMetadata("managedFields", nil)
        b.setMetadata("managedFields", nil)
        guard a == b else { return false }
        func withoutTimes(_ node: Node) -> [Node] {
            (node["metadata"]?["managedFields"]?.arrayValue ?? []).map { entry in
                var entry = entry
                entry["time"] = nil
                return entry
            }
        }
        return withoutTimes(new) == withoutTimes(live)
    }

    private func checkVersion(_ new: Node, live: Node, _ write: WriteRequest) throws(APIStatus) {
        if let uid = new["metadata"]?["uid"]?.stringValue, !uid.isEmpty,
            let liveUID = live["metadata"]?["uid"]?.stringValue, uid != liveUID,
            new["metadata"]?["resourceVersion"] == nil
        {
            throw .conflict(
                write.resource, write.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(liveUID)")
        }
        let version = new["metadata"]?["resourceVersion"]?.stringValue ?? ""
        if version.isEmpty {
            return
        }
        if version != live["metadata"]?["resourceVersion"]?.stringValue {
            throw .conflict(
                write.resource, write.name,
                "the object has been modified; please apply your changes to the latest version and try again"
            )
        }
    }

    /// A Service keeps what it was given, unless the client says otherwise.
    private func keepAddresses(_ new: inout Node, live: Node, _ write: WriteRequest) {
        guard write.resource.storageName == "services", write.subresource.isEmpty,
            let spec = new["spec"], let before = live["spec"]
        else { return }
        new["spec"] = ServiceChanges.kept(spec, live: before)
    }

    /// What a Service's type asks for follows it.
    ///
    /// Nobody owns that.
    private func followType(_ new: inout Node, live: Node, _ write: WriteRequest) {
        guard write.resource.storageName == "services", write.subresource.isEmpty,
            let spec = new["spec"], let before = live["spec"]
        else { return }
        new["spec"] = ServiceChanges.released(spec, live: before)
        allocate(&new, values(for: new, write.key))
    }

    /// A definition remembers every version that its objects were ever kept in.
    private func noteStorageVersion(_ new: inout Node, _ write: WriteRequest) {
        guard write.resource.storageName == CustomVersion.definitions, write.subresource.isEmpty,
            let name = new["spec"]?["versions"]?.arrayValue?.first(where: {
                $0["storage"] == true
            })?["name"],
            var stored = new["status"]?["storedVersions"]?.arrayValue, !stored.contains(name)
        else { return }
        stored.append(name)
        new["status"]?["storedVersions"] = .array(stored)
    }

    /// What no client can change.
    private func keepMetadata(_ new: inout Node, live: Node) {
        for field in ["creationTimestamp", "generation", "selfLink"] {
            new.setMetadata(field, live["metadata"]?[field])
        }
        for field in ["uid", "deletionTimestamp", "deletionGracePeriodSeconds"]
        where new["metadata"]?[field] == nil || new["metadata"]?[field]?.isNull == true {
            new.setMetadata(field, live["metadata"]?[field])
        }
    }

    /// Of the object and its status, a request changes only one.
    private func keepOtherPart(_ new: inout Node, live: Node, _ write: WriteRequest) {
        if write.subresource == "status" {
            var result = live
            result["status"] = new["status"]
            var metadata = live["metadata"] ?? [:]
            metadata["resourceVersion"] = new["metadata"]?["resourceVersion"]
            if let managed = new["metadata"]?["managedFields"] {
                metadata["managedFields"] = managed
            }
            // Which metadata goes through /status is the choice of each kind.
            let kept =
                switch write.resource.storageName {
                case "pods": ["labels", "annotations", "finalizers"]
                case "apps/deployments": ["annotations"]
                default: [String]()
                }
            for field in kept { metadata[field] = new["metadata"]?[field] }
            result["metadata"] = metadata
            new = result
        } else if write.resource.subresource("status") != nil {
            new["status"] = live["status"]
        }
        if write.resource.storageName == "namespaces" {
            var spec = new["spec"] ?? [:]
            spec["finalizers"] = live["spec"]?["finalizers"]
            new["spec"] = spec
        }
    }
}
