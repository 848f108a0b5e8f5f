internal import AsyncHTTPClient
internal import Glibc
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import YAML

/// Asks the writer of a ledger over its socket.
public struct ControlClient: Sendable {
    private let path: String

    public init(path: String) { self.path = path }

    /// What became of one attempt to ask.
    public enum Outcome: Equatable, Sendable {
        case answered(ControlAnswer)
        /// Nobody listens: the request was not received.
        case nobodyListens
        /// The connection broke: it is not known whether the request was received. Repeating it is safe.
        case broken(String)
    }

    /// The pid of the process that listens; `nil` when nobody does.
    public func writer() async -> Int? {
        // The HTTP client would try a refused connection again until the deadline.
        guard canConnect() else { return nil }
        guard let answer = try? await send(nil, to: "/v1/health", deadline: .seconds(5)) else {
            return nil
        }
        return answer["pid"]?.intValue.map { Int($0) }
    }

    /// Sends a request once.
    ///
    /// - Throws: `ControlError` with what the writer answered, when it answered with an error.
    public func send(_ request: ControlRequest, deadline: Duration = .seconds(300)) async throws
        -> Outcome
    {
        guard canConnect() else { return .nobodyListens }
        do {
            let body = try await send(request.body, to: request.route, deadline: deadline)
            return .answered(ControlAnswer(body: body))
        } catch let error as ControlError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            try Task.checkCancellation()
            return .broken("\(error)")
        }
    }

    func send(_ body: Node?, to route: String, deadline: Duration) async throws -> Node {
        guard path.utf8.count <= controlPathBytesMax else { throw ControlError.pathTooLong(path) }
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        let result: Result<Node, any Error>
        do {
            var request = HTTPClientRequest(url: "http+unix://\(Self.escaped(path))\(route)")
            if let body {
                request.method = .POST
                request.headers.add(name: "content-type", value: "application/json")
                request.body = .bytes(ByteBuffer(bytes: printJSON(body)))
            }
            let response = try await http.execute(
                request, timeout: .nanoseconds(deadline.wholeNanoseconds))
            let bytes = try await response.body.collect(upTo: 256 << 20)
            result = Result { try Self.read(bytes, status: Int(response.status.code)) }
        } catch {
            result = .failure(error)
        }
        try? await http.shutdown()  // Every request is over; nothing is lost when this fails.
        return try result.get()
    }

    private static func read(_ buffer: ByteBuffer, status: Int) throws -> Node {
        guard let body = try? parseJSON(Array(buffer.readableBytesView)) else {
            throw ControlError.unreadableAnswer(status: status)
        }
        if status == 200 { return body }
        throw ProblemDetails.error(in: body) ?? ControlError.unreadableAnswer(status: status)
    }

    /// Whether a process accepts connections at the path: a file alone says nothing.
    private func canConnect() -> Bool {
        guard path.utf8.count <= controlPathBytesMax else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// The path as the host of an `http+unix` URL.
    private static func escaped(_ path: String) -> String {
        var text = ""
        for byte in path.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E || byte == 0x5F
            if isPlain {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }
}
