import Model

extension Cluster {
    /// Deletes what depended on objects that are gone, and lets go of their names.
    ///
    /// Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/
    func collectGarbage() {
        if controllers.lostOwners.isEmpty { return }
        let lost = controllers.takeLostOwners()
        for object in dependents(of: lost) { collect(object) }
    }

    private func dependents(of uids: Set<String>) -> [StoredObject] {
        storage.resources.flatMap { storage.objects(of: $0) }.filter { object in
            owners(object.node).contains {
                uids.contains($0["uid"]?.stringValue ?? "")
            }
        }
    }

    private func owners(_ object: Node) -> [Node] {
        object["metadata"]?["ownerReferences"]?.arrayValue ?? []
    }

    /// Deletes an object without an owner left; with one left it loses the reference only.
    private func collect(_ stored: StoredObject) {
        guard let resource = registry.resource(storageName: stored.key.resource) else { return }
        let all = owners(stored.node)
        let left = all.filter(exists)
        do throws(APIStatus) {
            if left.isEmpty {
                try delete(
                    stored.node, at: stored.key, resource, DeleteOptions(propagation: .background))
            } else if left.count < all.count {
                var new = stored.node
                new.setMetadata("ownerReferences", .array(left))
                _ = try store(new, at: stored.key)
            }
        } catch {
            // Refused for now: the next write to it brings it up again.
            controllers.enqueue(stored.key)
        }
    }

    private func exists(_ reference: Node) -> Bool {
        let version = reference["apiVersion"]?.stringValue ?? ""
        guard
            let resource = registry.resource(
                apiVersion: version, kind: reference["kind"]?.stringValue ?? "")
        else { return false }
        let uid = reference["uid"]
        return storage.objects(of: resource.storageName).contains {
            $0.node["metadata"]?["uid"] == uid
        }
    }

    /// Ends a Foreground or Orphan deletion, and collects what never had an owner.
    func finishPropagation(_ stored: StoredObject) throws(APIStatus) {
        let object = stored.node
        let owners = owners(object)
        if !object.isBeingDeleted {
            if !owners.isEmpty, !owners.contains(where: exists) { collect(stored) }
            return
        }
        let finalizers = (object["metadata"]?["finalizers"]?.arrayValue ?? [])
            .compactMap(\.stringValue)
        let uid = object["metadata"]?["uid"]?.stringValue ?? ""
        if finalizers.contains("orphan") {
            for dependent in dependents(of: [uid]) {
                var new = dependent.node
                let left = self.owners(new).filter { $0["uid"]?.stringValue != uid }
                new.setMetadata("ownerReferences", left.isEmpty ? nil : .array(left))
                _ = try store(new, at: dependent.key)
            }
            try removeFinalizer("orphan", of: stored)
        } else if finalizers.contains("foregroundDeletion") {
            let blocking = dependents(of: [uid]).filter { dependent in
                self.owners(dependent.node).contains {
                    $0["uid"]?.stringValue == uid && $0["blockOwnerDeletion"]?.boolValue == true
                }
            }
            for dependent in dependents(of: [uid]) where !dependent.node.isBeingDeleted {
                guard let resource = registry.resource(storageName: dependent.key.resource) else {
                    continue
                }
                try delete(
                    dependent.node, at: dependent.key, resource,
                    DeleteOptions(propagation: .foreground))
            }
            let isBlocked = blocking.contains { storage.object($0.key) != nil }
            if isBlocked {
                controllers.wake(stored.key, at: clock() + .milliseconds(20))
            } else {
                try removeFinalizer("foregroundDeletion", of: stored)
            }
        }
    }

    private func removeFinalizer(_ name: String, of stored: StoredObject) throws(APIStatus) {
        guard let live = storage.object(stored.key),
            let resource = registry.resource(storageName: stored.key.resource)
        else { return }
        var new = live.node
        let left = (new["metadata"]?["finalizers"]?.arrayValue ?? []).filter { $0 != .string(name) }
        new.setMetadata("finalizers", left.isEmpty ? nil : .array(left))
        if isHeld(new, resource) {
            _ = try store(new, at: stored.key)
        } else {
            try erase(stored.key)
        }
    }
}
