import AsyncHTTPClient
import Deadline
import FoundationEssentials
public import Logging
import Model
import NIOCore
import NIOHTTP1
import YAML

/// One cluster over HTTP, with connections of its own.
///
/// Nothing is retried here. Every request ends within its deadline, as an answer or a
/// `ClusterError`; a cancelled task's request ends at once, as `unreachable`.
public final class KubernetesClient: Sendable {
    /// The name the configuration gives the cluster.
    public let cluster: String
    public let deadlines: Deadlines
    let log: Logger
    let endpoint: Endpoint
    private let credential: ClusterConnection.Credential
    private let http: HTTPClient

    public init(
        cluster: String, connection: ClusterConnection, deadlines: Deadlines = .standard,
        log: Logger
    ) throws(ConnectionError) {
        self.cluster = cluster
        self.deadlines = deadlines
        self.log = log
        credential = connection.credential
        endpoint = try Endpoint(connection, deadlines: deadlines)
        http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: endpoint.configuration)
    }

    /// Closes all connections; call it once, when nothing uses the client any more.
    public func shutdown() async {
        do { try await http.shutdown() } catch {
            log.warning("cluster \(cluster): closing connections: \(text(of: error))")
        }
    }

    /// Sends a request and reads its answer, within the request's deadline.
    func send(_ request: APIRequest) async throws(ClusterError) -> APIAnswer {
        let started = ContinuousClock.now
        do {
            let prepared = try prepared(request)
            let http = self.http
            // Bounds what one answer can take of the process's memory.
            let limit = 256 << 20
            let answer = try await withDeadline(deadlines.request) {
                let response = try await http.execute(prepared, deadline: .distantFuture)
                let body = try await response.body.collect(upTo: limit)
                return APIAnswer(
                    status: Int(response.status.code), headers: response.headers,
                    body: Array(body.readableBytesView))
            }
            log.debug(
                "cluster \(cluster): \(request.method.rawValue) \(request.path) \(answer.status)",
                metadata: ["took": "\(ContinuousClock.now - started)"])
            if answer.status >= 300 { throw failure(answer, of: request) }
            return answer
        } catch { throw clusterError(error) }
    }

    /// Sends a request and hands out its answer as it comes; only its head has a deadline.
    func open(_ request: APIRequest) async throws(ClusterError) -> HTTPClientResponse {
        do {
            let prepared = try prepared(request)
            let http = self.http
            let response = try await withDeadline(deadlines.request) {
                try await http.execute(prepared, deadline: .distantFuture)
            }
            if response.status.code < 300 { return response }
            let body = try await withDeadline(deadlines.request) {
                try await response.body.collect(upTo: 1 << 20)
            }
            throw failure(
                APIAnswer(
                    status: Int(response.status.code), headers: response.headers,
                    body: Array(body.readableBytesView)), of: request)
        } catch { throw clusterError(error) }
    }

    private func prepared(_ request: APIRequest) throws(ClusterError) -> HTTPClientRequest {
        var prepared = HTTPClientRequest(url: endpoint.base + request.target)
        prepared.method = request.method
        prepared.headers.add(name: "accept", value: request.accept)
        prepared.headers.add(name: "user-agent", value: "tidemark")
        if let host = endpoint.host { prepared.headers.add(name: "host", value: host) }
        if let authorization = try authorization() {
            prepared.headers.add(name: "authorization", value: authorization)
        }
        if let body = request.body {
            prepared.headers.add(name: "content-type", value: request.contentType)
            prepared.body = .bytes(ByteBuffer(bytes: printJSON(body)))
        }
        return prepared
    }

    /// `text` without the credential, should a server or a library have repeated it.
    func redacted(_ text: String) -> String {
        let secret: String
        switch credential {
        case .none: secret = ""
        case .token(let token): secret = token
        case .basic(_, let password): secret = password
        case .tokenFile(let path): secret = tokenInFile(path) ?? ""
        }
        guard !secret.isEmpty else { return text }
        return text.replacing(secret, with: "(hidden)")
    }

    private func authorization() throws(ClusterError) -> String? {
        switch credential {
        case .none: return nil
        case .token(let token): return "Bearer \(token)"
        case .basic(let username, let password):
            return "Basic " + Data("\(username):\(password)".utf8).base64EncodedString()
        case .tokenFile(let path):
            guard let token = tokenInFile(path) else {
                throw .unreachable(
                    cluster: cluster, message: "the token file \(path) cannot be read")
            }
            return "Bearer \(token)"
        }
    }

    private func tokenInFile(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map {
            trimmed(String(decoding: $0, as: UTF8.self))
        }
    }
}
