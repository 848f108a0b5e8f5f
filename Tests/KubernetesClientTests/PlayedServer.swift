import Hummingbird
import HummingbirdTLS
import KubernetesClient
import Logging
import Model
import NIOCore
import NIOSSL
import Synchronization
import YAML

/// What a server answers to one request.
enum PlayedAnswer: Sendable {
    case whole(status: Int, headers: [(String, String)], body: String)
    /// A body in pieces, such as a watch.
    case pieces([Piece])

    enum Piece: Sendable {
        case text(String)
        /// Closes the connection in the middle of the answer.
        case cut
        /// Says nothing more, and keeps the connection.
        case silence
    }

    static func json(_ body: Node, status: Int = 200) -> PlayedAnswer {
        .whole(
            status: status, headers: [("content-type", "application/json")],
            body: String(decoding: printJSON(body), as: UTF8.self))
    }

    /// A watch of whole lines, ended in an orderly way.
    static func watch(_ events: [Node]) -> PlayedAnswer { .pieces(lines(events)) }

    static func lines(_ events: [Node]) -> [Piece] {
        events.map { .text(String(decoding: printJSON($0), as: UTF8.self) + "\n") }
    }
}

struct ReceivedRequest: Sendable {
    var line: String
    var headers: [String: String]
    var body: String

    subscript(header: String) -> String { headers[header] ?? "" }
}

/// A loopback server that plays the answers a test gives it, request by request.
///
/// Answers are found by `METHOD target`; each is given once, the last one again and again.
final class PlayedServer: Sendable {
    private let boundPort = Mutex(0)
    private let script: Mutex<[String: [PlayedAnswer]]>
    private let received: Mutex<[ReceivedRequest]>

    fileprivate init(_ script: [String: [PlayedAnswer]]) {
        self.script = Mutex(script)
        received = Mutex([])
    }

    fileprivate(set) var port: Int {
        get { boundPort.withLock { $0 } }
        set { boundPort.withLock { $0 = newValue } }
    }

    var requests: [ReceivedRequest] { received.withLock { $0 } }
    var requestLines: [String] { requests.map(\.line) }

    /// A client of this server, closed by the caller.
    func client(
        _ tls: ClusterConnection.TLS? = nil, credential: ClusterConnection.Credential = .none,
        deadlines: Deadlines = .testing, log: Logger = .silent, host: String = "127.0.0.1"
    ) throws -> KubernetesClient {
        try KubernetesClient(
            cluster: "dev",
            connection: ClusterConnection(
                server: "\(tls == nil ? "http" : "https")://\(host):\(port)",
                tls: tls ?? ClusterConnection.TLS(), credential: credential),
            deadlines: deadlines, log: log)
    }

    fileprivate func answer(_ request: ReceivedRequest) -> PlayedAnswer {
        received.withLock { $0.append(request) }
        return script.withLock { script in
            guard let answers = script[request.line], let first = answers.first else {
                return .whole(status: 599, headers: [], body: "not played: \(request.line)")
            }
            if answers.count > 1 { script[request.line]?.removeFirst() }
            return first
        }
    }
}

/// Runs a server for the length of `body`.
@discardableResult
func withServer<R: Sendable>(
    _ script: [String: [PlayedAnswer]], tls: TLSConfiguration? = nil,
    _ body: @escaping @Sendable (PlayedServer) async throws -> R
) async throws -> R {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let server = PlayedServer(script)
    let responder = CallbackResponder<BasicRequestContext> { request, _ in
        let buffer = try await request.body.collect(upTo: 1 << 20)
        let received = ReceivedRequest(
            line: "\(request.method.rawValue) \(request.uri.string)",
            headers: Dictionary(
                request.headers.map { ($0.name.canonicalName, $0.value) },
                uniquingKeysWith: { $0 + "|" + $1 }
            ).merging(["host": request.head.authority ?? ""]) { $1 },
            body: String(decoding: buffer.readableBytesView, as: UTF8.self))
        return response(server.answer(received))
    }
    let application = Application(
        responder: responder,
        server: try tls.map { try .tls(tlsConfiguration: $0) } ?? .http1(),
        configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: .silent)
    return try await withThrowingTaskGroup(of: R?.self) { group in
        group.addTask {
            try? await application.run()
            return nil
        }
        group.addTask {
            for await port in ports {
                server.port = port
                return try await body(server)
            }
            return nil
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw CancellationError()
    }
}

/// Runs a server and one client of it.
@discardableResult
func withClient<R: Sendable>(
    _ script: [String: [PlayedAnswer]],
    credential: ClusterConnection.Credential = .none, deadlines: Deadlines = .testing,
    log: Logger = .silent,
    _ body: @escaping @Sendable (KubernetesClient, PlayedServer) async throws -> R
) async throws -> R {
    try await withServer(script) { server in
        try await server.client(credential: credential, deadlines: deadlines, log: log).closing {
            try await body($0, server)
        }
    }
}

extension KubernetesClient {
    /// Closes the client also when `body` throws.
    func closing<R>(_ body: (KubernetesClient) async throws -> R) async throws -> R {
        do {
            let result = try await body(self)
            await shutdown()
            return result
        } catch {
            await shutdown()
            throw error
        }
    }
}

private func response(_ answer: PlayedAnswer) -> Response {
    switch answer {
    case .whole(let status, let headers, let body):
        var response = Response(
            status: .init(code: status), body: .init(byteBuffer: ByteBuffer(string: body)))
        for (name, value) in headers {
            if let name = HTTPFields.Element.Name(name) {
                response.headers.append(.init(name: name, value: value))
            }
        }
        return response
    case .pieces(let pieces):
        return Response(
            status: .ok,
            body: .init { writer in
                for piece in pieces {
                    switch piece {
                    case .text(let text): try await writer.write(ByteBuffer(string: text))
                    case .cut: throw CancellationError()
                    case .silence: try await Task.sleep(for: .seconds(3600))
                    }
                }
                try await writer.finish(nil)
            })
    }
}

extension Deadlines {
    /// Short enough to wait for, long enough for a busy machine.
    static let testing = Deadlines(
        connect: .seconds(5), request: .seconds(10), watch: .seconds(60), watchIdle: .seconds(70))
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
