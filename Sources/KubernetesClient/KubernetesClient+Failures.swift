import AsyncHTTPClient
import Deadline
import Model
import NIOCore
import NIOHTTP1
import NIOSSL
import YAML

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension KubernetesClient {
    /// What an answer other than 2xx means.
    ///
    /// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
    func failure(_ answer: APIAnswer, of request: APIRequest) -> ClusterError {
        if answer.status < 400 {
            return .refused(
                code: answer.status, reason: "",
                message: "the server redirects, which is not followed")
        }
        let status = try? parseJSON(answer.body)
        guard let status, status["kind"]?.stringValue == "Status" else {
            if answer.status == 404, let kind = request.kind { return .unknownKind(kind) }
            let text = trimmed(String(decoding: answer.body.prefix(200), as: UTF8.self))
            return .refused(
                code: answer.status, reason: "",
                message: withRetry(redacted(text), answer.headers.first(name: "retry-after")))
        }
        // A missing object is named in the details; a kind that is not served has none.
        if answer.status == 404, let kind = request.kind, status["details"]?["kind"] == nil,
            status["details"]?["name"] == nil
        {
            return .unknownKind(kind)
        }
        return failure(
            status: status, code: answer.status,
            retryAfter: answer.headers.first(name: "retry-after"))
    }

    func failure(status: Node, code: Int, retryAfter: String? = nil) -> ClusterError {
        let reason = status["reason"]?.stringValue ?? ""
        let message = redacted(status["message"]?.stringValue ?? "")
        if code == 410 { return .expired(message: message) }
        let wait = retryAfter ?? status["details"]?["retryAfterSeconds"]?.scalarText
        return .refused(code: code, reason: reason, message: withRetry(message, wait))
    }

    private func withRetry(_ message: String, _ seconds: String?) -> String {
        guard let seconds, !seconds.isEmpty else { return message }
        return "\(message) (retry after \(seconds) s)"
    }

    /// Whatever was thrown on the way to an answer, as a `ClusterError`.
    func clusterError(_ error: any Error) -> ClusterError {
        switch error {
        case let error as ClusterError: error
        case is CancellationError: .unreachable(cluster: cluster, message: "cancelled")
        default: .unreachable(cluster: cluster, message: text(of: error))
        }
    }

    func text(of error: any Error) -> String {
        let text =
            switch error {
            case let error as DeadlinePassed: "no answer within \(error.after)"
            case let error as HTTPClientError: self.text(of: error)
            case let error as IOError: self.text(of: error)
            case HTTPParserError.invalidEOFState:
                "the connection was closed in the middle of an answer"
            case let error as NIOSSLExtraError where error == .failedToValidateHostname:
                "the server's certificate is not for the name \(endpoint.name)"
            default: tlsReason("\(error)") ?? "\(error)"
            }
        return redacted(text)
    }

    private func text(of error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout: "no connection to \(endpoint.address) within \(deadlines.connect)"
        case .tlsHandshakeTimeout:
            "no TLS handshake with \(endpoint.address) within \(deadlines.connect)"
        case .readTimeout: "silent for \(deadlines.watchIdle)"
        case .remoteConnectionClosed: "the connection was closed"
        case .cancelled: "cancelled"
        default: "\(error)"
        }
    }

    private func text(of error: IOError) -> String {
        switch error.errnoCode {
        case ECONNREFUSED: "\(endpoint.address) refuses connections"
        case ECONNRESET, EPIPE: "the connection was closed"
        case EHOSTUNREACH, ENETUNREACH: "there is no route to \(endpoint.address)"
        default: "\(error)"
        }
    }
}

/// `TLS: certificate verify failed` from the description of an error of BoringSSL, which keeps its
/// reason nowhere else and adds source paths of the machine it was built on.
func tlsReason(_ description: String) -> String? {
    let parts = description.split(separator: "OPENSSL_internal:", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let reason = parts[1].prefix { $0 == "_" || $0.isLetter || $0.isNumber }
    return "TLS: " + reason.lowercased().replacing("_", with: " ")
}
