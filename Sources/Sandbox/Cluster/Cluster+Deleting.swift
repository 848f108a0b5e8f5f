import Model

extension Cluster {
    /// What became of an object that was to be deleted.
    enum Deletion {
        /// Gone; the state it had.
        case gone(Node)
        /// Marked; something has to happen before it can go.
        case pending(Node)
    }

    func answerDelete(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus) -> APIAnswer
    {
        let options = try DeleteOptions(request, body: try deleteBody(request))
        let resource = target.resource
        guard let live = storage.object(target.key) else {
            throw .notFound(resource, target.name)
        }
        if resource.storageName == "namespaces",
            ["default", "kube-system", "kube-public"].contains(target.name)
        {
            throw .forbidden(resource, target.name, "this namespace may not be deleted")
        }
        let deletion = try delete(live.node, at: target.key, resource, options)
        switch deletion {
        case .pending(let node): return APIAnswer(node: inVersion(node, of: resource))
        case .gone(let node):
            if Self.answersWithObject.contains(resource.storageName) {
                return APIAnswer(node: inVersion(node, of: resource))
            }
            var details: Node = ["name": .string(target.name)]
            if !resource.group.isEmpty { details["group"] = .string(resource.group) }
            details["kind"] = .string(resource.plural)
            details["uid"] = node["metadata"]?["uid"]
            return APIAnswer(
                node: [
                    "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
                    "details": details,
                ])
        }
    }

    /// Deletes all objects of a collection that are selected, and lists them as they were.
    func answerDeleteCollection(_ request: APIRequest, _ target: RequestTarget)
        throws(APIStatus) -> APIAnswer
    {
        let options = try DeleteOptions(request, body: try deleteBody(request))
        let page = try list(request, target)
        for item in page.items {
            guard let name = item["metadata"]?["name"]?.stringValue else { continue }
            var key = target.key
            key.name = name
            if target.resource.isNamespaced {
                key.namespace = item["metadata"]?["namespace"]?.stringValue ?? ""
            }
            guard let live = storage.object(key) else { continue }
            _ = try delete(live.node, at: key, target.resource, options)
        }
        return APIAnswer(node: listObject(page, of: target.resource))
    }

    private func deleteBody(_ request: APIRequest) throws(APIStatus) -> Node? {
        if request.body.isEmpty { return nil }
        return try decodedBody(request)
    }

    /// The kinds whose deletion is answered with the object instead of a Status.
    ///
    /// Source: `ReturnDeletedObject` in https://github.com/kubernetes/kubernetes/tree/v1.36.0/pkg/registry
    private static let answersWithObject: Set<String> = [
        "pods", "services", "serviceaccounts", "persistentvolumes", "persistentvolumeclaims",
        "podtemplates", "resourcequotas", "storage.k8s.io/storageclasses",
        "storage.k8s.io/csidrivers", "storage.k8s.io/csinodes",
        "storage.k8s.io/volumeattachments", "storage.k8s.io/csistoragecapacities", "namespaces",
    ]
}

extension Cluster {
    /// Marks an object for deletion, or removes it when nothing holds it.
    @discardableResult
    func delete(
        _ live: Node, at key: StorageKey, _ resource: ServedResource, _ options: DeleteOptions
    ) throws(APIStatus) -> Deletion {
        try checkPreconditions(live, resource, options)
        var object = live
        applyFinalizers(&object, options.propagation, resource)
        let grace = gracePeriod(of: live, resource, options)
        let isMarked = live["metadata"]?["deletionTimestamp"] != nil
        let holds = isHeld(object, resource)

        if isMarked {
            let before = live["metadata"]?["deletionGracePeriodSeconds"]?.intValue ?? 0
            if holds, grace >= before, object == live { return .pending(live) }
            if !holds, grace > 0, grace >= before { return .pending(live) }
        }
        mark(&object, grace: grace, resource, isMarked: isMarked)
        if !holds, grace == 0 {
            if options.isDryRun { return .gone(object) }
            guard resource.storageName == "pods" else {
                try erase(key)
                return .gone(live)
            }
            // A Pod is marked first, so that watches see why it went.
            let marked = try store(object, at: key)
            try erase(key)
            return .gone(marked)
        }
        if options.isDryRun { return .pending(object) }
        return .pending(try store(object, at: key))
    }

    /// Whether a finalizer, of whatever kind, keeps the object.
    func isHeld(_ object: Node, _ resource: ServedResource) -> Bool {
        if object["metadata"]?["finalizers"]?.arrayValue?.isEmpty == false { return true }
        return resource.storageName == "namespaces"
            && object["spec"]?["finalizers"]?.arrayValue?.isEmpty == false
    }

    private func mark(
        _ object: inout Node, grace: Int64, _ resource: ServedResource, isMarked: Bool
    ) {
        let end = clock() + .seconds(grace)
        object.setMetadata("deletionTimestamp", .string(end.secondsText))
        switch resource.storageName {
        case "namespaces":
            var status = object["status"] ?? [:]
            status["phase"] = "Terminating"
            object["status"] = status
        case CustomVersion.definitions: markDefinition(&object)
        default:
            object.setMetadata("deletionGracePeriodSeconds", .int(grace))
            if !isMarked, let generation = object["metadata"]?["generation"]?.intValue {
                object.setMetadata("generation", .int(generation + 1))
            }
        }
    }

    /// Foreground and Orphan are finalizers that the garbage collector removes when it has done its work.
    private func applyFinalizers(
        _ object: inout Node, _ propagation: Propagation?, _ resource: ServedResource
    ) {
        if resource.storageName == CustomVersion.definitions {
            var finalizers = object["metadata"]?["finalizers"]?.arrayValue ?? []
            let name: Node = .string(CustomVersion.finalizer)
            if !finalizers.contains(name) { finalizers.append(name) }
            object.setMetadata("finalizers", .array(finalizers))
            return
        }
        if resource.storageName == "namespaces" { return }
        let policy = propagation ?? Self.defaultPropagation[resource.storageName]
        guard let policy else { return }
        var finalizers = object["metadata"]?["finalizers"]?.arrayValue ?? []
        finalizers.removeAll { $0 == "foregroundDeletion" || $0 == "orphan" }
        switch policy {
        case .foreground: finalizers.append("foregroundDeletion")
        case .orphan: finalizers.append("orphan")
        case .background: break
        }
        object.setMetadata("finalizers", finalizers.isEmpty ? nil : .array(finalizers))
    }

    /// Where deleting without a policy leaves the dependents alone.
    ///
    /// Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#orphaned-dependents
    static let defaultPropagation: [String: Propagation] = [
        "batch/jobs": .orphan, "replicationcontrollers": .orphan,
    ]

    /// Only Pods that a node has taken have time to end.
    private func gracePeriod(of live: Node, _ resource: ServedResource, _ options: DeleteOptions)
        -> Int64
    {
        guard resource.storageName == "pods" else { return 0 }
        if (live["spec"]?["nodeName"]?.stringValue ?? "").isEmpty { return 0 }
        let phase = live["status"]?["phase"]?.stringValue
        if phase == "Succeeded" || phase == "Failed" { return 0 }
        let wanted =
            options.gracePeriodSeconds
            ?? live["metadata"]?["deletionGracePeriodSeconds"]?.intValue
            ?? live["spec"]?["terminationGracePeriodSeconds"]?.intValue ?? 30
        return wanted < 0 ? 1 : wanted
    }

    private func checkPreconditions(
        _ live: Node, _ resource: ServedResource, _ options: DeleteOptions
    ) throws(APIStatus) {
        let name = live["metadata"]?["name"]?.stringValue ?? ""
        if let wanted = options.preconditionUID {
            let uid = live["metadata"]?["uid"]?.stringValue ?? ""
            if wanted != uid {
                throw .conflict(
                    resource, name,
                    "Precondition failed: UID in precondition: \(wanted), UID in object meta: \(uid)"
                )
            }
        }
        if let wanted = options.preconditionVersion, wanted != String(live.resourceVersion) {
            throw .conflict(
                resource, name,
                "Precondition failed: ResourceVersion in precondition: \(wanted), "
                    + "ResourceVersion in object meta: \(live.resourceVersion)")
        }
    }
}
