public import EventLog
internal import HTTPTypes
internal import Hummingbird
public import Logging
internal import NIOCore

/// Serves the witness protocol over HTTP.
///
/// There is no TLS and no login: requests are believed for their signatures alone. Put a proxy before it when
/// others than neighbours are to reach it.
///
/// Source: https://c2sp.org/tlog-witness
public struct WitnessServer: Sendable {
    private let host: String
    private let port: Int
    private let log: Logger
    private let answer: @Sendable ([UInt8]) async throws -> WitnessAnswer

    /// - Parameter answer: The answer to a request's body; what it has decided is durable when it returns.
    public init(
        host: String, port: Int, log: Logger,
        answer: @escaping @Sendable ([UInt8]) async throws -> WitnessAnswer
    ) {
        self.host = host
        self.port = port
        self.log = log
        self.answer = answer
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onRunning: Called once with the port, when requests are taken.
    public func run(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        var quiet = log
        quiet.logLevel = .critical  // Its end is the caller's to report; a cancelled one is none.
        let application = Application(
            responder: WitnessResponder(log: log, answer: answer),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { await onRunning($0.localAddress?.port ?? 0) },
            logger: quiet)
        try await application.run()
    }
}

private struct WitnessResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let log: Logger
    let answer: @Sendable ([UInt8]) async throws -> WitnessAnswer

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        guard request.uri.path == AddCheckpoint.path else {
            return Self.response(404, "no such page\n")
        }
        guard request.method == .post else { return Self.response(405, "only POST\n") }
        var bytes: [UInt8] = []
        for try await part in request.body {
            bytes += part.readableBytesView
            guard bytes.count <= SignedNote.maxBytes else {
                return Self.response(413, "the request is too long\n")
            }
        }
        do {
            let answer = try await answer(bytes)
            return Self.response(answer.status, answer.body, type: answer.contentType)
        } catch {
            log.error("cannot answer: \(error)")
            return Self.response(500, "the witness cannot record what it would cosign\n")
        }
    }

    private static func response(
        _ status: Int, _ body: String, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: HTTPResponse.Status(code: status), headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
