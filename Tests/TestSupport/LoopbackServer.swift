internal import Hummingbird
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
public import NIOSSL
internal import Synchronization

/// A request as a `LoopbackServer` saw it.
public struct ServedRequest: Sendable {
    /// `GET /v2/?n=1`.
    public var line: String
    /// By canonical (lower-case) names, with `host`.
    public var headers: [String: String]
    public var body: String
    /// Of the server, to build addresses of it.
    public var port: Int

    /// Path and query.
    public var target: String { String(line.split(separator: " ").last ?? "") }
    public subscript(header: String) -> String { headers[header] ?? "" }
}

/// What a `LoopbackServer` answers.
public struct ServedAnswer: Sendable {
    public enum Piece: Sendable {
        case bytes([UInt8])
        /// Closes the connection in the middle of the answer.
        case cut
        /// Says nothing more, and keeps the connection.
        case silence
    }

    public var status: Int
    public var headers: [(String, String)]
    /// One piece is sent with its length, several in chunks.
    public var pieces: [Piece]

    public init(_ status: Int = 200, headers: [(String, String)] = [], pieces: [Piece]) {
        (self.status, self.headers, self.pieces) = (status, headers, pieces)
    }

    public init(headers: [(String, String)] = [], _ body: [UInt8]) {
        self.init(headers: headers, pieces: [.bytes(body)])
    }

    public init(_ status: Int = 200, headers: [(String, String)] = [], text: String = "") {
        self.init(status, headers: headers, pieces: [.bytes(Array(text.utf8))])
    }
}

/// A server on a free port of 127.0.0.1 that answers as a test says.
public final class LoopbackServer: Sendable {
    private let state = Mutex((port: 0, requests: [ServedRequest]()))

    public fileprivate(set) var port: Int {
        get { state.withLock { $0.port } }
        set { state.withLock { $0.port = newValue } }
    }

    public var requests: [ServedRequest] { state.withLock { $0.requests } }

    /// The request lines since the last call.
    public func takeLines() -> [String] {
        state.withLock { state in
            defer { state.requests = [] }
            return state.requests.map(\.line)
        }
    }

    fileprivate func record(_ request: ServedRequest) {
        state.withLock { $0.requests.append(request) }
    }
}

/// Runs a server for the length of `body`.
@discardableResult
public func withLoopbackServer<R: Sendable>(
    tls: TLSConfiguration? = nil,
    answer: @escaping @Sendable (ServedRequest) -> ServedAnswer,
    _ body: @escaping @Sendable (LoopbackServer) async throws -> R
) async throws -> R {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let server = LoopbackServer()
    let responder = CallbackResponder<BasicRequestContext> { request, _ in
        let received = try await request.body.collect(upTo: 1 << 20)
        let served = ServedRequest(
            line: "\(request.method.rawValue) \(request.uri.string)",
            headers: Dictionary(
                request.headers.map { ($0.name.canonicalName, $0.value) },
                uniquingKeysWith: { $0 + "|" + $1 }
            ).merging(["host": request.head.authority ?? ""]) { $1 },
            body: String(decoding: received.readableBytesView, as: UTF8.self), port: server.port)
        server.record(served)
        return response(answer(served))
    }
    let application = Application(
        responder: responder,
        server: try tls.map { try .tls(tlsConfiguration: $0) } ?? .http1(),
        configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
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

private func response(_ answer: ServedAnswer) -> Response {
    var response = Response(status: .init(code: answer.status), body: body(answer.pieces))
    for (name, value) in answer.headers {
        if let name = HTTPFields.Element.Name(name) {
            response.headers.append(.init(name: name, value: value))
        }
    }
    return response
}

private func body(_ pieces: [ServedAnswer.Piece]) -> ResponseBody {
    if pieces.count == 1, case .bytes(let bytes) = pieces[0] {
        return .init(byteBuffer: ByteBuffer(bytes: bytes))
    }
    return .init { writer in
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try await writer.write(ByteBuffer(bytes: bytes))
            case .cut: throw CancellationError()
            case .silence: try await Task.sleep(for: .seconds(3600))
            }
        }
        try await writer.finish(nil)
    }
}
