import Model

/// What a watch delivers, before it is given the form the client asked for.
enum WatchItem: Sendable {
    case change(StoredChange.Kind, Node)
    /// Nothing older than this is still to come; with `endsInitial` the state at the start is complete.
    case bookmark(resourceVersion: Int64, endsInitial: Bool)
    case error(APIStatus)
}

/// An open watch, as the HTTP layer holds it.
struct WatchSubscription: Sendable {
    var id: Int
    var items: AsyncStream<WatchItem>
    var resource: ServedResource
    /// Makes the object of one event: the object itself, its metadata, or a table with one row.
    var form: @Sendable (Node) -> Node
    var allowsBookmarks: Bool
    /// How long it may stay open.
    var timeout: Duration
}

/// One open watch, as the cluster holds it.
struct Watcher: Sendable {
    var resource: ServedResource
    /// Empty for all.
    var namespace: String
    var selection: Selection
    var continuation: AsyncStream<WatchItem>.Continuation
    /// Up to here the client knows everything.
    var resourceVersion: Int64

    /// How many events may wait for a client before its watch is ended.
    static let bufferLimit = 10_000

    /// What one write means to this watch; `nil` when it is none of its business.
    func item(for change: StoredChange) -> WatchItem? {
        guard change.key.resource == resource.storageName,
            namespace.isEmpty || change.key.namespace == namespace,
            change.resourceVersion > resourceVersion
        else { return nil }
        let matched = change.previous.map(selection.matches) ?? false
        let matches = change.kind != .deleted && selection.matches(change.node)
        switch (matched, matches) {
        case (false, false): return nil
        case (false, true): return .change(.added, change.node)
        case (true, true): return .change(.modified, change.node)
        case (true, false):
            // What leaves the selection is shown as it was when it still belonged to it.
            var last = change.previous ?? change.node
            last.resourceVersion = change.resourceVersion
            return .change(.deleted, last)
        }
    }
}

/// Which objects of a resource a list, a watch or a deletion is about.
struct Selection: Sendable {
    var labels = LabelSelector()
    var fields = FieldSelector()

    var isEmpty: Bool { labels.isEmpty && fields.isEmpty }

    func matches(_ object: Node) -> Bool {
        labels.matches(object["metadata"]?["labels"]) && fields.matches(object)
    }
}
