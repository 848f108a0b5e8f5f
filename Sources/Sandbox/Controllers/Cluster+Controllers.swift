import Model

extension Cluster {
    /// How many steps are taken before requests get their turn.
    private static let stepsAtOnce = 50

    /// After a start nothing is known about what happened before.
    func enqueueEverything() {
        for resource in storage.resources {
            for object in storage.objects(of: resource) {
                controllers.enqueue(object.key)
                controllers.remember(object.node)
            }
        }
    }

    /// Lets the controllers do what is to do, and tells when to look again.
    func runControllers() -> Timestamp? {
        guard runsControllers else { return nil }
        for _ in 0..<Self.stepsAtOnce {
            collectGarbage()
            guard let key = controllers.next(at: clock()) else { break }
            look(at: key)
        }
        return controllers.nextWake
    }

    private func look(at key: StorageKey) {
        do throws(APIStatus) {
            if key.resource == "namespaces" { return try lookAtNamespace(key) }
            if key.resource == CustomVersion.definitions { return try cleanUp(key) }
            guard let stored = storage.object(key) else { return }
            try finishPropagation(stored)
            guard let controller = Controller.byResource[key.resource],
                let resource = registry.resource(storageName: key.resource),
                let current = storage.object(key)
            else { return }
            let object = inVersion(current.node, of: resource)
            let step = controller.step(object, view(of: object, key, controller))
            controllers.wake(key, at: step.wake)
            for write in step.writes { try perform(write, by: controller) }
        } catch {
            // As in Kubernetes: whoever changed the object in between has queued it again, and what is
            // forbidden now may be allowed later.
            controllers.wake(key, at: clock() + .milliseconds(500))
        }
    }

    private func view(of object: Node, _ key: StorageKey, _ controller: Controller)
        -> ControllerView
    {
        let now = clock()
        var view = ControllerView(
            now: now,
            since: controllers.since(object["metadata"]?["uid"]?.stringValue ?? "", default: now),
            nodeName: Self.nodeName, readyDelay: configuration.readyDelay,
            second: .milliseconds(Int64(max(1, configuration.secondsScale * 1000))))
        for name in controller.reads {
            view.related[name] = storage.objects(of: name, namespace: key.namespace).map(\.node)
        }
        return view
    }

    private func perform(_ write: ControllerWrite, by controller: Controller) throws(APIStatus) {
        switch write {
        case .create(let object):
            guard var request = self.request(object, by: controller.manager) else { return }
            request.key.name = object.name
            do throws(APIStatus) { _ = try create(object, request) } catch {
                if error.reason != "AlreadyExists" { throw error }
            }
        case .update(let object), .updateStatus(let object):
            guard var request = self.request(object, by: controller.manager),
                let live = storage.object(request.key)
            else { return }
            if case .updateStatus = write { request.subresource = "status" }
            // A controller works on what it has just read.
            var new = object
            new.setMetadata("resourceVersion", nil)
            _ = try update(new, live: live.node, request)
        case .bind(let object):
            guard let request = self.request(object, by: controller.manager),
                storage.object(request.key) != nil
            else { return }
            let node = object["spec"]?["nodeName"]?.stringValue ?? ""
            _ = try store(bound(object, to: node), at: request.key)
        case .delete(let object, let options):
            guard let request = self.request(object, by: controller.manager),
                let live = storage.object(request.key)
            else { return }
            try delete(live.node, at: request.key, request.resource, options)
        case .remove(let object):
            guard let request = self.request(object, by: controller.manager),
                let live = storage.object(request.key)
            else { return }
            try delete(
                live.node, at: request.key, request.resource, DeleteOptions(gracePeriodSeconds: 0))
        }
    }

    func request(_ object: Node, by manager: String) -> WriteRequest? {
        guard
            let resource = registry.resource(
                apiVersion: object["apiVersion"]?.stringValue ?? "",
                kind: object["kind"]?.stringValue ?? "")
        else { return nil }
        let namespace = object["metadata"]?["namespace"]?.stringValue ?? ""
        return WriteRequest(
            resource: resource,
            key: StorageKey(
                resource: resource.storageName,
                namespace: resource.isNamespaced ? namespace : "", name: object.name),
            manager: manager)
    }
}
