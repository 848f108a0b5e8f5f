internal import AsyncHTTPClient
public import EventLog
internal import Model
internal import NIOCore
internal import NIOHTTP1

/// Asks a witness to cosign.
///
/// Source: https://c2sp.org/tlog-witness
public struct WitnessClient: Sendable {
    private let url: String

    /// - Parameter url: The witness's address, without `/add-checkpoint`.
    public init(url: String) { self.url = url }

    /// Sends one request.
    ///
    /// - Throws: When no answer came, for whatever reason.
    public func add(_ request: AddCheckpoint, deadline: Duration) async throws -> WitnessAnswer {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        // A refused connection is an answer: whoever asks decides when to ask again.
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<WitnessAnswer, any Error>
        do {
            var post = HTTPClientRequest(url: url + AddCheckpoint.path)
            post.method = .POST
            post.headers.add(name: "content-type", value: "text/plain; charset=utf-8")
            post.body = .bytes(ByteBuffer(bytes: request.body))
            let response = try await http.execute(
                post, timeout: .nanoseconds(deadline.wholeNanoseconds))
            let body = try await response.body.collect(upTo: SignedNote.maxBytes)
            result = .success(
                WitnessAnswer(
                    status: Int(response.status.code),
                    contentType: response.headers.first(name: "content-type") ?? "",
                    body: String(buffer: body)))
        } catch {
            result = .failure(error)
        }
        try? await http.shutdown()  // Every request is over; nothing is lost when this fails.
        return try result.get()
    }
}
