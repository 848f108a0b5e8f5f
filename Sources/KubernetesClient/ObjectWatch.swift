import AsyncHTTPClient
public import Model
import NIOCore
import NIOHTTP1
import YAML

/// One watch of one kind, read as the caller asks.
public actor ObjectWatch {
    private let client: KubernetesClient
    private var body: HTTPClientResponse.Body.AsyncIterator?
    private var lines = WatchLines()

    init(_ client: KubernetesClient, _ body: HTTPClientResponse.Body) {
        self.client = client
        self.body = body.makeAsyncIterator()
    }

    /// The next event; `nil` when the server has ended the watch in an orderly way.
    ///
    /// - Throws: `expired` when the watch cannot go on from where it is; `unreachable` when the
    ///   connection was cut, also in the middle of an event, or was silent for too long.
    public func next() async throws(ClusterError) -> WatchEvent? {
        while true {
            if let line = lines.next() {
                do throws(ClusterError) { return try event(line) } catch {
                    body = nil
                    throw error
                }
            }
            guard !lines.isTooLong else {
                body = nil
                throw .malformedAnswer(
                    message: "a watch event is longer than \(lines.maxLine) bytes")
            }
            guard var iterator = body else { return nil }
            body = nil
            do {
                guard let chunk = try await iterator.next(isolation: self) else {
                    if lines.pending == 0 { return nil }
                    throw ClusterError.unreachable(
                        cluster: client.cluster,
                        message: "the connection was closed in the middle of an event")
                }
                lines.append(chunk.readableBytesView)
                body = iterator
            } catch { throw client.clusterError(error) }
        }
    }

    private func event(_ line: [UInt8]) throws(ClusterError) -> WatchEvent {
        let node: Node
        do { node = try parseJSON(line) } catch {
            throw .malformedAnswer(message: "watch event: \(error.summary)")
        }
        guard let type = node["type"]?.stringValue, let object = node["object"] else {
            throw .malformedAnswer(message: "a watch event has no type or no object")
        }
        switch type {
        case "ADDED": return .added(object)
        case "MODIFIED": return .modified(object)
        case "DELETED": return .deleted(object)
        case "BOOKMARK":
            guard let version = object["metadata"]?["resourceVersion"]?.stringValue else {
                throw .malformedAnswer(message: "a bookmark has no resourceVersion")
            }
            return .bookmark(resourceVersion: version)
        case "ERROR":
            throw client.failure(
                status: object,
                code: object["code"]?.intValue.flatMap { Int(exactly: $0) } ?? 500)
        default: throw .malformedAnswer(message: "unknown watch event \(type)")
        }
    }
}

extension KubernetesClient {
    /// Opens a watch of the changes after `resourceVersion`; `nil` as namespace watches all.
    ///
    /// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
    public func openWatch(
        _ resource: APIResource, namespace: String? = nil, resourceVersion: String
    ) async throws(ClusterError) -> ObjectWatch {
        let response = try await open(
            APIRequest(
                method: .GET, path: resource.path(namespace: namespace),
                query: [
                    ("watch", "true"), ("allowWatchBookmarks", "true"),
                    ("resourceVersion", resourceVersion),
                    ("timeoutSeconds", String(max(1, deadlines.watch.components.seconds))),
                ], kind: resource.groupKind))
        return ObjectWatch(self, response.body)
    }

    /// The same as a stream, which opens the watch at its first element.
    public func watch(
        _ resource: APIResource, namespace: String? = nil, resourceVersion: String
    ) -> AsyncThrowingStream<WatchEvent, any Error> {
        let pull = WatchPull(self, resource, namespace, resourceVersion)
        return AsyncThrowingStream { try await pull.next() }
    }
}

/// Opens a watch when its first event is asked for.
private actor WatchPull {
    private let open: @Sendable () async throws(ClusterError) -> ObjectWatch
    private var watch: ObjectWatch?

    init(
        _ client: KubernetesClient, _ resource: APIResource, _ namespace: String?,
        _ resourceVersion: String
    ) {
        open = { () async throws(ClusterError) -> ObjectWatch in
            try await client.openWatch(
                resource, namespace: namespace, resourceVersion: resourceVersion)
        }
    }

    func next() async throws(ClusterError) -> WatchEvent? {
        let current: ObjectWatch
        if let watch { current = watch } else { current = try await open() }
        watch = current
        return try await current.next()
    }
}
