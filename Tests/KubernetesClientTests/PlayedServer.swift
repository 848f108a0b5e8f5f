import KubernetesClient
import Logging
import Model
import NIOSSL
import Synchronization
import TestSupport
import YAML

/// What a server answers to one request.
typealias PlayedAnswer = ServedAnswer

extension ServedAnswer {
    static func whole(status: Int, headers: [(String, String)], body: String) -> ServedAnswer {
        ServedAnswer(status, headers: headers, text: body)
    }

    /// A body in pieces, such as a watch.
    static func pieces(_ pieces: [Piece]) -> ServedAnswer { ServedAnswer(pieces: pieces) }

    static func json(_ body: Node, status: Int = 200) -> ServedAnswer {
        .whole(
            status: status, headers: [("content-type", "application/json")],
            body: String(decoding: printJSON(body), as: UTF8.self))
    }

    /// A watch of whole lines, ended in an orderly way.
    static func watch(_ events: [Node]) -> ServedAnswer { .pieces(lines(events)) }

    static func lines(_ events: [Node]) -> [Piece] {
        events.map { .text(String(decoding: printJSON($0), as: UTF8.self) + "\n") }
    }
}

extension ServedAnswer.Piece {
    static func text(_ text: String) -> Self { .bytes(Array(text.utf8)) }
}

/// A loopback server that plays the answers a test gives it, request by request.
///
/// Answers are found by `METHOD target`; each is given once, the last one again and again.
struct PlayedServer: Sendable {
    fileprivate let server: LoopbackServer

    var port: Int { server.port }
    var requests: [ServedRequest] { server.requests }
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
}

/// The answers that are left.
private final class Script: Sendable {
    private let answers: Mutex<[String: [ServedAnswer]]>

    init(_ answers: [String: [ServedAnswer]]) { self.answers = Mutex(answers) }

    func next(for line: String) -> ServedAnswer {
        answers.withLock { answers in
            guard let left = answers[line], let first = left.first else {
                return .whole(status: 599, headers: [], body: "not played: \(line)")
            }
            if left.count > 1 { answers[line]?.removeFirst() }
            return first
        }
    }
}

/// Runs a server for the length of `body`.
@discardableResult
func withServer<R: Sendable>(
    _ script: [String: [ServedAnswer]], tls: TLSConfiguration? = nil,
    _ body: @escaping @Sendable (PlayedServer) async throws -> R
) async throws -> R {
    let script = Script(script)
    return try await withLoopbackServer(tls: tls, answer: { script.next(for: $0.line) }) {
        try await body(PlayedServer(server: $0))
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

extension Deadlines {
    /// Short enough to wait for, long enough for a busy machine.
    static let testing = Deadlines(
        connect: .seconds(5), request: .seconds(10), watch: .seconds(60), watchIdle: .seconds(70))
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
