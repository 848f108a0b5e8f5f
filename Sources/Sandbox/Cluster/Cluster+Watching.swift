import Model

extension Cluster {
    /// Opens a watch; what has happened since its resourceVersion is already in it.
    func watch(_ request: APIRequest, _ target: RequestTarget) throws(APIStatus)
        -> WatchSubscription
    {
        let seconds = try request.query.integer("timeoutSeconds")
        try checkListOptions(request.query, isWatch: true)
        let selection = try selection(request, target)
        let sendsInitial = request.query["sendInitialEvents"].map { $0 != "false" && $0 != "0" }
        let bookmarks = request.query.flag("allowWatchBookmarks")
        var version: Int64 = 0
        if let text = request.query["resourceVersion"], !text.isEmpty {
            guard let number = Int64(text), number >= 0 else {
                throw APIStatus(
                    code: 500, reason: "",
                    message:
                        "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax"
                )
            }
            version = number
        }
        let (items, continuation) = AsyncStream.makeStream(
            of: WatchItem.self, bufferingPolicy: .bufferingOldest(Watcher.bufferLimit))
        let subscription = WatchSubscription(
            id: nextWatcher, items: items, resource: target.resource,
            form: try eventForm(request, target.resource), allowsBookmarks: bookmarks,
            timeout: .seconds(seconds.map { max(0, $0) } ?? Int64.random(in: 1800..<3600)))
        nextWatcher += 1
        let resource = target.resource.storageName
        let startsWithState = sendsInitial ?? (version == 0)
        let oldest = max(storage.oldestKept, historyStart[resource] ?? 0)
        if !startsWithState, version < oldest {
            continuation.yield(
                .error(.expired("too old resource version: \(version) (\(oldest))")))
            continuation.finish()
            return subscription
        }
        if startsWithState {
            for object in storage.objects(of: resource, namespace: target.namespace)
            where selection.matches(object.node) {
                continuation.yield(.change(.added, object.node))
            }
            version = storage.resourceVersion
            if sendsInitial == true, bookmarks {
                continuation.yield(.bookmark(resourceVersion: version, endsInitial: true))
            }
        }
        let watcher = Watcher(
            resource: target.resource, namespace: target.namespace, selection: selection,
            continuation: continuation, resourceVersion: version)
        for change in storage.changes(of: resource, after: version) {
            if let item = watcher.item(for: change) { continuation.yield(item) }
        }
        watchers[subscription.id] = watcher
        return subscription
    }

    /// Tells the client how far it has come; it has been sent everything up to now.
    func bookmark(_ id: Int) {
        guard var watcher = watchers[id], storage.resourceVersion > watcher.resourceVersion else {
            return
        }
        watcher.resourceVersion = storage.resourceVersion
        watchers[id] = watcher
        watcher.continuation.yield(
            .bookmark(resourceVersion: storage.resourceVersion, endsInitial: false))
    }

    func endWatch(_ id: Int) {
        watchers.removeValue(forKey: id)?.continuation.finish()
    }

    /// Ends all watches, as a server does that shuts down.
    func endWatches() {
        for id in watchers.keys { endWatch(id) }
    }

    /// Ends the watches of a resource that is not served any more.
    func endWatches(of storageName: String) {
        for (id, watcher) in watchers where watcher.resource.storageName == storageName {
            endWatch(id)
        }
    }

    private func eventForm(_ request: APIRequest, _ resource: ServedResource) throws(APIStatus)
        -> @Sendable (Node) -> Node
    {
        let apiVersion = resource.apiVersion
        let kind = resource.kind
        let clock = clock
        switch request.representation.form {
        case .table(let version):
            let columns = columns(of: resource)
            let rowObject = try rowObject(request)
            return { object in
                table(
                    [object], columns: columns,
                    metadata: [
                        "resourceVersion": object["metadata"]?["resourceVersion"] ?? ""
                    ], version: version, rowObject: rowObject, now: clock())
            }
        case .partialObject(let version): return { partialObject($0, version: version) }
        default:
            return { object in
                var object = object
                object["kind"] = .string(kind)
                object["apiVersion"] = .string(apiVersion)
                return object
            }
        }
    }

    func rowObject(_ request: APIRequest) throws(APIStatus) -> RowObject {
        guard let text = request.query["includeObject"], !text.isEmpty else { return .metadata }
        guard let value = RowObject(rawValue: text) else {
            throw .badRequest(
                "unrecognized includeObject value: \"\(text)\"")
        }
        return value
    }

    func columns(of resource: ServedResource) -> [TableColumn] {
        customVersions[resource.apiVersion + "/" + resource.kind]?.columns
            ?? builtInColumns(resource)
    }
}
