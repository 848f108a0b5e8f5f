public import EventLog
internal import Glibc
internal import HTTPTypes
internal import Hummingbird
public import Logging
internal import Model
internal import NIOCore
internal import YAML

/// The writer's socket: HTTP over a Unix socket of mode 0600, beside the ledger.
///
/// Whoever holds the ledger's lock serves it; a socket file that is there already was left behind
/// by a writer that is gone, and is replaced. Only the writer's own account, and root, may ask.
public struct ControlServer: Sendable {
    private let path: String
    private let log: Logger
    private let perform: @Sendable (ControlRequest, Actor) async throws -> ControlAnswer

    public init(
        path: String, log: Logger,
        perform: @escaping @Sendable (ControlRequest, Actor) async throws -> ControlAnswer
    ) {
        self.path = path
        self.log = log
        self.perform = perform
    }

    /// Serves until the task is cancelled; then the socket file is gone.
    public func run(onRunning: @escaping @Sendable () async -> Void = {}) async throws {
        guard path.utf8.count <= controlPathBytesMax else { throw ControlError.pathTooLong(path) }
        unlink(path)
        defer { unlink(path) }
        let path = path
        var quiet = log
        quiet.logLevel = .critical  // Its end is the caller's to report; a cancelled one is none.
        let application = Application(
            responder: ControlResponder(perform: perform),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: path), serverName: nil),
            onServerRunning: { _ in
                // Between bind and this, the check of the peer's account keeps others out.
                chmod(path, 0o600)
                await onRunning()
            },
            logger: quiet)
        try await application.run()
    }
}

/// Hummingbird's context with the account at the other end of the connection.
struct PeerContext: InitializableFromSource, RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The uid the kernel has on record for the process that connected.
    ///
    /// Source: https://man7.org/linux/man-pages/man7/unix.7.html (SO_PEERCRED)
    func peer() async throws -> uid_t {
        guard let options = channel as? any SocketOptionProvider else {
            throw ControlError.notPermitted(uid: .max)
        }
        let credentials: PeerCredentials = try await options.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        ).get()
        return credentials.uid
    }
}

/// The kernel's `struct ucred`, which Glibc shows only to GNU sources.
///
/// Source: https://man7.org/linux/man-pages/man7/unix.7.html (SO_PEERCRED)
struct PeerCredentials {
    var pid: pid_t
    var uid: uid_t
    var gid: gid_t
}

struct ControlResponder: HTTPResponder {
    typealias Context = PeerContext

    let perform: @Sendable (ControlRequest, Actor) async throws -> ControlAnswer

    /// The largest body, in bytes; requests name applications and objects, never carry them.
    static let bodyLimit = 1 << 20

    func respond(to request: Request, context: PeerContext) async throws -> Response {
        do {
            let uid = try await context.peer()
            guard uid == geteuid() || uid == 0 else { throw ControlError.notPermitted(uid: uid) }
            let answer = try await answer(to: request, uid: uid)
            return Self.response(.ok, answer, type: "application/json")
        } catch {
            let problem = ProblemDetails(error)
            return Self.response(
                HTTPResponse.Status(code: problem.status), problem.body,
                type: "application/problem+json")
        }
    }

    private func answer(to request: Request, uid: uid_t) async throws -> Node {
        if request.method == .get, request.uri.path == "/v1/health" {
            return .object(Mapping([("pid", .int(Int64(getpid()))), ("status", .string("ok"))]))
        }
        guard request.method == .post else { throw ControlError.unknownRoute(request.uri.path) }
        var bytes: [UInt8] = []
        for try await part in request.body {
            bytes += part.readableBytesView
            guard bytes.count <= Self.bodyLimit else {
                throw ControlError.badRequest("the body is too long")
            }
        }
        let body: Node
        do { body = try parseJSON(bytes) } catch {
            throw ControlError.badRequest(error.summary)
        }
        let parsed = try ControlRequest(route: request.uri.path, body: body)
        let actor = Actor(kind: .user, id: "uid:\(uid)", authentication: .unixPeer)
        return try await perform(parsed, actor).body
    }

    private static func response(_ status: HTTPResponse.Status, _ body: Node, type: String)
        -> Response
    {
        Response(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: printJSON(body))))
    }
}
