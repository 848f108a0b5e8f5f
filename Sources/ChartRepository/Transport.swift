internal import AsyncHTTPClient
internal import Deadline
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// The value of a header `Authorization`, and whom it is for.
struct Authorization: Hashable, Sendable {
    var header: String
    var origin: ChartURL.Origin
}

/// An answer of any status.
struct Answer: Sendable {
    /// Who gave it, after redirects.
    var url: ChartURL
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]
}

/// GET requests with redirects, limits and deadlines, for one pull.
struct Transport: Sendable {
    let http: HTTPClient
    let limits: PullLimits
    let credentials: ChartCredentials
    let log: Logger
    /// Whether plain HTTP is spoken with this machine alone, as with registries.
    var isPlainOnLoopbackOnly = false
    /// What was given for this pull and must not be shown.
    var secrets: [String] = []

    /// Asks for an address; follows redirects, on which the authorization stays with the origin that it is for.
    ///
    /// - Parameter limit: Of the body, in bytes.
    /// - Returns: Whatever is no redirect, also a refusal.
    func get(
        _ url: ChartURL, accept: String = "*/*", authorization: Authorization?,
        unless known: Validators = Validators(), limit: Int
    ) async throws(ChartRepositoryError) -> Answer {
        let started = ContinuousClock.now
        do {
            let answer = try await withDeadline(limits.request) {
                try await follow(url, accept, authorization, known, limit)
            }
            log.debug(
                "charts: GET \(url) \(answer.status)",
                metadata: ["took": "\(ContinuousClock.now - started)"])
            return answer
        } catch let error as ChartRepositoryError {
            throw error
        } catch is CancellationError {
            throw .cancelled
        } catch {
            if Task.isCancelled { throw .cancelled }
            throw .unreachable("\(url)", redacted(reason(error)))
        }
    }

    /// The same, where everything but 2xx is an error.
    func fetch(
        _ url: ChartURL, accept: String = "*/*", authorization: Authorization?, limit: Int
    ) async throws(ChartRepositoryError) -> Answer {
        let answer = try await get(url, accept: accept, authorization: authorization, limit: limit)
        guard (200..<300).contains(answer.status) else { throw refusal(answer) }
        return answer
    }

    func refusal(_ answer: Answer) -> ChartRepositoryError {
        let text = printable(redacted(registryMessage(answer.body)))
        if answer.status == 401 || answer.status == 403 {
            return .unauthorized(
                "\(answer.url)", "\(answer.status)" + (text.isEmpty ? "" : ": \(text)"))
        }
        return .refused("\(answer.url)", status: answer.status, text)
    }

    /// `text` without credentials, should a server or a library have repeated them.
    private func redacted(_ text: String) -> String {
        secrets.reduce(credentials.redacted(text)) { $0.replacing($1, with: "(hidden)") }
    }

    private func follow(
        _ start: ChartURL, _ accept: String, _ authorization: Authorization?,
        _ known: Validators, _ limit: Int
    ) async throws -> Answer {
        var url = start
        for _ in 0...limits.redirects {
            try checkScheme(of: url)
            var request = HTTPClientRequest(url: url.text)
            request.headers.add(name: "accept", value: accept)
            request.headers.add(name: "user-agent", value: "tidemark")
            request.headers.add(contentsOf: known.conditions)
            if let authorization, authorization.origin == url.origin {
                request.headers.add(name: "authorization", value: authorization.header)
            }
            let response = try await http.execute(request, deadline: .distantFuture)
            guard [301, 302, 303, 307, 308].contains(response.status.code),
                let location = response.headers.first(name: "location")
            else {
                return Answer(
                    url: url, status: Int(response.status.code), headers: response.headers,
                    body: try await body(of: response, url, limit: limit))
            }
            let next = try url.resolving(location)
            if url.isSecure, !next.isSecure {
                throw ChartRepositoryError.unsafe(
                    "\(next)", "\(url) redirects there, from HTTPS to plain HTTP")
            }
            url = next
        }
        throw ChartRepositoryError.unsafe(
            "\(start)", "it redirects more than \(limits.redirects) times")
    }

    private func checkScheme(of url: ChartURL) throws(ChartRepositoryError) {
        guard isPlainOnLoopbackOnly, !url.isSecure, !url.isLoopback else { return }
        throw .unsafe("\(url)", "plain HTTP is spoken only with a registry on this machine")
    }

    /// - Parameter limit: Of success; of a refusal only the beginning is wanted.
    private func body(of response: HTTPClientResponse, _ url: ChartURL, limit: Int) async throws
        -> [UInt8]
    {
        let isSuccess = (200..<300).contains(response.status.code)
        let promised = response.headers.first(name: "content-length").flatMap { Int($0) }
        if isSuccess, let promised, promised > limit {
            throw ChartRepositoryError.tooLarge("\(url)", limit: limit)
        }
        let most = isSuccess ? limit : 4096
        var bytes: [UInt8] = []
        for try await piece in response.body {
            bytes += piece.readableBytesView
            guard bytes.count > most else { continue }
            guard isSuccess else { break }
            throw ChartRepositoryError.tooLarge("\(url)", limit: limit)
        }
        return bytes
    }
}
