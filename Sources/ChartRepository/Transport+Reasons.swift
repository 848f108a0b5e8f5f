internal import AsyncHTTPClient
internal import Deadline
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import YAML

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why there was no answer, in words of people.
func reason(_ error: any Error) -> String {
    switch error {
    case let error as DeadlinePassed: "no answer within \(error.after)"
    case let error as HTTPClientError: reason(error)
    case let error as IOError: reason(error)
    case let error as NIOConnectionError:
        error.connectionErrors.first.map { reason($0.error) } ?? "no address answers"
    case HTTPParserError.invalidEOFState:
        "the connection was closed in the middle of an answer"
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
        "the server's certificate is for another name"
    default: tlsReason("\(error)") ?? printable("\(error)")
    }
}

private func reason(_ error: HTTPClientError) -> String {
    switch error {
    case .connectTimeout: "no connection in time"
    case .tlsHandshakeTimeout: "no TLS handshake in time"
    case .readTimeout: "it fell silent in the middle of an answer"
    case .remoteConnectionClosed: "the connection was closed"
    default: "\(error)"
    }
}

private func reason(_ error: IOError) -> String {
    switch error.errnoCode {
    case ECONNREFUSED: "it refuses connections"
    case ECONNRESET, EPIPE: "the connection was closed"
    case EHOSTUNREACH, ENETUNREACH: "there is no route to it"
    default: "\(error)"
    }
}

/// `TLS: certificate verify failed` from the description of an error of BoringSSL, which keeps its
/// reason nowhere else and adds source paths of the machine it was built on.
private func tlsReason(_ description: String) -> String? {
    let parts = description.split(separator: "OPENSSL_internal:", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    let reason = parts[1].prefix { $0 == "_" || $0.isLetter || $0.isNumber }
    return "TLS: " + reason.lowercased().replacing("_", with: " ")
}

/// What a registry says of a refusal: `code: message` of the first error, or nothing.
///
/// Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
func registryMessage(_ body: [UInt8]) -> String {
    guard let error = (try? parseJSON(body))?["errors"]?.arrayValue?.first else { return "" }
    return [error["code"]?.stringValue, error["message"]?.stringValue].compactMap { $0 }
        .filter { !$0.isEmpty }.joined(separator: ": ")
}
