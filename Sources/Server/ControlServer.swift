public import EventLog
internal import Glibc
internal import HTTPTypes
internal import Hummingbird
public import Logging
internal import Model
internal import NIOCore
internal import Synchronization
internal import YAML

/// The writer's socket: HTTP over a Unix socket of mode 0600, beside the ledger.
///
/// Whoever holds the ledger's lock serves it; a socket file that is there already was left behind
/// by a writer that is gone, and is replaced. Only the writer's own account, and root, may ask for changes;
/// with a group of readers its members may connect, too, and read.
public struct ControlServer: Sendable {
    private let path: String
    private let log: Logger
    private let readers: String?
    private let ledger: (any LedgerReading)?
    private let perform: @Sendable (ControlRequest, Actor) async throws -> ControlAnswer

    /// - Parameters:
    ///   - readers: Name of the group whose members may read; `nil` for none.
    ///   - ledger: What they read.
    public init(
        path: String, readers: String? = nil, ledger: (any LedgerReading)? = nil, log: Logger,
        perform: @escaping @Sendable (ControlRequest, Actor) async throws -> ControlAnswer
    ) {
        self.path = path
        self.readers = readers
        self.ledger = ledger
        self.log = log
        self.perform = perform
    }

    /// Serves until the task is cancelled; then the socket file is gone.
    ///
    /// - Throws: `ControlError.cannotShare` when the socket cannot be given to the readers.
    public func run(onRunning: @escaping @Sendable () async -> Void = {}) async throws {
        guard path.utf8.count <= controlPathBytesMax else { throw ControlError.pathTooLong(path) }
        let group = try readers.map(Self.groupID)
        unlink(path)
        defer { unlink(path) }
        let (path, log) = (path, log)
        var quiet = log
        quiet.logLevel = .critical  // Its end is the caller's to report; a cancelled one is none.
        // Until the file has its mode nobody but this account may connect, not even for a moment.
        let mask = StartMask()
        defer { mask.end() }
        let application = Application(
            responder: ControlResponder(ledger: ledger, hasReaders: group != nil, perform: perform),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: path), serverName: nil),
            onServerRunning: { _ in
                mask.end()
                // The mask is the process's, and somebody else may have set it in between.
                let isOpen =
                    if let group {
                        chown(path, uid_t.max, group) == 0 && chmod(path, 0o660) == 0
                    } else {
                        chmod(path, 0o600) == 0
                    }
                if !isOpen {
                    log.error("readers cannot connect: \(String(cString: strerror(errno)))")
                }
                await onRunning()
            },
            logger: quiet)
        try await application.run()
    }

    private static func groupID(_ name: String) throws(ControlError) -> gid_t {
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            throw ControlError.unknownGroup(name)
        }
        var own = [gid_t](repeating: 0, count: 65_536)
        let count = max(0, Int(getgroups(Int32(own.count), &own)))
        guard geteuid() == 0 || getegid() == entry.gr_gid || own[..<count].contains(entry.gr_gid)
        else { throw ControlError.cannotShare(group: name, reason: "this account is not in it") }
        return entry.gr_gid
    }
}

/// While a socket is made, files of this process are for its owner alone.
private final class StartMask: Sendable {
    private let previous: Mutex<mode_t?>

    init() { previous = Mutex(umask(0o177)) }

    func end() {
        previous.withLock { mask in
            if let mask { umask(mask) }
            mask = nil
        }
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

    let ledger: (any LedgerReading)?
    /// Whether the socket's mode lets in a group of readers.
    let hasReaders: Bool
    let perform: @Sendable (ControlRequest, Actor) async throws -> ControlAnswer

    /// The largest body, in bytes: a document of evidence in base64; all other requests are far smaller.
    static let bodyLimit = 2 << 20

    func respond(to request: Request, context: PeerContext) async throws -> Response {
        do {
            let uid = try await context.peer()
            let isOwner = uid == geteuid() || uid == 0
            guard isOwner || hasReaders else { throw ControlError.notPermitted(uid: uid) }
            let answer = try await answer(to: request, uid: uid, isOwner: isOwner)
            return Self.response(.ok, answer, type: "application/json")
        } catch {
            let problem = ProblemDetails(error)
            return Self.response(
                HTTPResponse.Status(code: problem.status), problem.body,
                type: "application/problem+json")
        }
    }

    private func answer(to request: Request, uid: uid_t, isOwner: Bool) async throws -> Node {
        if request.method == .get, request.uri.path == "/v1/health" {
            return .object(Mapping([("pid", .int(Int64(getpid()))), ("status", .string("ok"))]))
        }
        guard request.method == .post else { throw ControlError.unknownRoute(request.uri.path) }
        let isRead = request.uri.path == ReadRequest.route
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
        if isRead {
            guard let ledger else { throw ControlError.unknownRoute(request.uri.path) }
            return try await ledger.answer(try ReadRequest(body: body))
        }
        let parsed = try ControlRequest(route: request.uri.path, body: body)
        guard isOwner || parsed.changesNothing else { throw ControlError.readOnly(uid: uid) }
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
