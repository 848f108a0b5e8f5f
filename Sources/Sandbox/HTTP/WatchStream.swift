import Hummingbird
import Model
import NIOCore
import YAML

/// Writes the events of one watch until it times out, its client leaves or the server stops.
struct WatchStream: Sendable {
    var subscription: WatchSubscription
    var cluster: Cluster

    /// A bookmark this long before the end, so that the next watch starts where this one stopped.
    ///
    /// Source: https://github.com/kubernetes/apiserver/blob/v0.36.0/pkg/storage/cacher/cache_watcher.go (bookmarkFrequency)
    private static let lastBookmark = Duration.seconds(2)
    private static let bookmarkInterval = Duration.seconds(60)

    func run(until request: Request, write: (ByteBuffer) async throws -> Void) async throws {
        let id = subscription.id
        let cluster = cluster
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await keepTime() }
            defer { group.cancelAll() }
            // A client that leaves takes its watch with it, also when nothing happens.
            var isFirst = true
            for await item in subscription.items {
                try await write(line(item, isFirst: isFirst))
                isFirst = false
            }
        }
        await cluster.endWatch(id)
    }

    private func keepTime() async throws {
        var rest = subscription.timeout
        if subscription.allowsBookmarks {
            while rest > Self.lastBookmark {
                let pause = min(Self.bookmarkInterval, rest - Self.lastBookmark)
                try await Task.sleep(for: pause)
                await cluster.bookmark(subscription.id)
                rest -= pause
            }
        }
        try await Task.sleep(for: rest)
        await cluster.endWatch(subscription.id)
    }

    /// One event.
    ///
    /// Of the tables only the first says what its columns are.
    private func line(_ item: WatchItem, isFirst: Bool) -> ByteBuffer {
        var event: Node
        switch item {
        case .change(let kind, let object):
            event = ["type": .string(kind.rawValue), "object": subscription.form(object)]
        case .bookmark(let version, let endsInitial):
            var object: Node = [
                "kind": .string(subscription.resource.kind),
                "apiVersion": .string(subscription.resource.apiVersion),
                "metadata": ["resourceVersion": .string(String(version))],
            ]
            if endsInitial {
                object.setMetadata("annotations", ["k8s.io/initial-events-end": "true"])
            }
            event = ["type": "BOOKMARK", "object": subscription.form(object)]
        case .error(let status): event = ["type": "ERROR", "object": status.node()]
        }
        if !isFirst, event["object"]?["columnDefinitions"] != nil {
            event["object"]?["columnDefinitions"] = .null
        }
        return ByteBuffer(bytes: printJSON(event) + [UInt8(ascii: "\n")])
    }
}
