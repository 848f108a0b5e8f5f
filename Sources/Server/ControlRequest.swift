public import Engine
public import EventLog
public import Model
internal import Projections

/// Something the writer of a ledger is asked to do.
///
/// The same value is carried out by the process that runs continuously, when it is sent over its
/// socket, and by a command that is the writer for its own duration.
public struct ControlRequest: Equatable, Sendable {
    /// The id of the event that records the request: repeated with it, nothing is done twice.
    public var id: EventID
    /// Whom the caller claims to act for.
    public var onBehalfOf: String?
    public var action: Action

    public init(id: EventID, onBehalfOf: String? = nil, _ action: Action) {
        self.id = id
        self.onBehalfOf = onBehalfOf
        self.action = action
    }

    public enum Action: Equatable, Sendable {
        case sync(application: String, isPruning: Bool?, objects: [ObjectKey])
        case syncPlan(String)
        case plan(application: String, isPruning: Bool?, objects: [ObjectKey], isSaved: Bool)
        case refresh(application: String?)
        case rollback(application: String, to: String, isPruning: Bool?)
        /// `expecting` is the commit that the branch stood at when the plan was shown.
        case revert(application: String, to: String?, expecting: String?)
        case revertPlan(application: String, to: String?)
        case release(application: String)
        case regenerate(application: String, reason: String?)
        case terminate(application: String)
        case judge(PlanJudgement)
        case attest(Attestation)
        case verify(isFull: Bool)
        /// With these archives from the first event; their paths are absolute.
        case rebuild(archives: [String])
        /// Removes the payload of an event for good.
        case redact(position: Int64, reason: String)
        /// Moves payloads recorded before a time into a file, whose path is absolute.
        case archive(before: Timestamp, file: String)
        case checkpoint
    }
}

extension ControlRequest {
    /// Whether it only looks: a plan that is not kept asks the cluster for dry runs at most.
    var changesNothing: Bool {
        switch action {
        case .plan(_, _, _, let isSaved): !isSaved
        case .sync, .syncPlan, .refresh, .rollback, .revert, .revertPlan, .release, .regenerate,
            .terminate, .judge, .attest, .verify, .rebuild, .redact, .archive,
            .checkpoint:
            false
        }
    }

    /// The path that the request is posted to.
    public var route: String {
        switch action {
        case .sync, .syncPlan: "/v1/sync"
        case .plan: "/v1/plan"
        case .refresh: "/v1/refresh"
        case .rollback, .revert: "/v1/rollback"
        case .revertPlan: "/v1/revert-plan"
        case .release: "/v1/release"
        case .regenerate: "/v1/regenerate"
        case .terminate: "/v1/terminate"
        case .judge(let judgement):
            judgement.verdict == .approved ? "/v1/approve" : "/v1/reject"
        case .attest: "/v1/attest"
        case .verify: "/v1/verify"
        case .rebuild: "/v1/rebuild"
        case .redact: "/v1/redact"
        case .archive: "/v1/archive"
        case .checkpoint: "/v1/checkpoint"
        }
    }

    /// The body that is posted.
    public var body: Node {
        var fields = Mapping()
        fields["id"] = .string(id.text)
        if let onBehalfOf { fields["onBehalfOf"] = .string(onBehalfOf) }
        switch action {
        case .sync(let application, let isPruning, let objects):
            fields["application"] = .string(application)
            fields.set(isPruning, objects)
        case .syncPlan(let plan): fields["plan"] = .string(plan)
        case .plan(let application, let isPruning, let objects, let isSaved):
            fields["application"] = .string(application)
            fields.set(isPruning, objects)
            fields["save"] = .bool(isSaved)
        case .refresh(let application): fields["application"] = application.map(Node.string)
        case .rollback(let application, let sync, let isPruning):
            fields["application"] = .string(application)
            fields["to"] = .string(sync)
            fields.set(isPruning, [])
        case .revert(let application, let sync, let expected):
            fields["application"] = .string(application)
            fields["to"] = sync.map(Node.string)
            fields["expecting"] = expected.map(Node.string)
            fields["revert"] = .bool(true)
        case .revertPlan(let application, let sync):
            fields["application"] = .string(application)
            fields["to"] = sync.map(Node.string)
        case .release(let application), .terminate(let application):
            fields["application"] = .string(application)
        case .regenerate(let application, let reason):
            fields["application"] = .string(application)
            fields["reason"] = reason.map(Node.string)
        case .judge(let judgement): fields.add(judgement.fields)
        case .attest(let attestation): fields.add(attestation.fields)
        case .verify(let isFull): fields["full"] = .bool(isFull)
        case .rebuild(let archives):
            if !archives.isEmpty { fields["archives"] = .array(archives.map(Node.string)) }
        case .checkpoint: break
        case .redact(let position, let reason):
            fields["position"] = .int(position)
            fields["reason"] = .string(reason)
        case .archive(let time, let file):
            fields["before"] = .string(time.description)
            fields["file"] = .string(file)
        }
        return .object(fields)
    }

    /// Reads what was posted to a route.
    ///
    /// - Throws: `ControlError.badRequest` for a body that lacks what the route needs, or has more.
    public init(route: String, body: Node) throws(ControlError) {
        var fields = RequestFields(body)
        guard let id = try fields.requiredString("id").asEventID else {
            throw ControlError.badRequest("id is no UUID in lower case")
        }
        let onBehalfOf = try fields.string("onBehalfOf")
        let action = try Action(route, &fields)
        try fields.finish()
        self.init(id: id, onBehalfOf: onBehalfOf, action)
    }
}

extension ControlRequest.Action {
    fileprivate init(_ route: String, _ fields: inout RequestFields) throws(ControlError) {
        switch route {
        case "/v1/sync":
            if let plan = try fields.string("plan") {
                self = .syncPlan(plan)
            } else {
                self = .sync(
                    application: try fields.requiredString("application"),
                    isPruning: try fields.bool("prune"), objects: try fields.objects())
            }
        case "/v1/plan":
            self = .plan(
                application: try fields.requiredString("application"),
                isPruning: try fields.bool("prune"), objects: try fields.objects(),
                isSaved: try fields.bool("save") ?? false)
        case "/v1/refresh": self = .refresh(application: try fields.string("application"))
        case "/v1/rollback":
            let application = try fields.requiredString("application")
            if try fields.bool("revert") == true {
                self = .revert(
                    application: application, to: try fields.string("to"),
                    expecting: try fields.string("expecting"))
            } else {
                self = .rollback(
                    application: application, to: try fields.requiredString("to"),
                    isPruning: try fields.bool("prune"))
            }
        case "/v1/revert-plan":
            self = .revertPlan(
                application: try fields.requiredString("application"),
                to: try fields.string("to"))
        case "/v1/release": self = .release(application: try fields.requiredString("application"))
        case "/v1/regenerate":
            self = .regenerate(
                application: try fields.requiredString("application"),
                reason: try fields.string("reason"))
        case "/v1/terminate":
            self = .terminate(application: try fields.requiredString("application"))
        case "/v1/approve": self = .judge(try PlanJudgement(.approved, &fields))
        case "/v1/reject": self = .judge(try PlanJudgement(.rejected, &fields))
        case "/v1/attest": self = .attest(try Attestation(&fields))
        case "/v1/verify": self = .verify(isFull: try fields.bool("full") ?? true)
        case "/v1/rebuild": self = .rebuild(archives: try fields.strings("archives"))
        case "/v1/redact":
            self = .redact(
                position: try fields.position("position"),
                reason: try fields.requiredString("reason"))
        case "/v1/archive":
            guard let time = Timestamp(try fields.requiredString("before")) else {
                throw ControlError.badRequest("before is no time")
            }
            self = .archive(before: time, file: try fields.requiredString("file"))
        case "/v1/checkpoint": self = .checkpoint
        default: throw ControlError.unknownRoute(route)
        }
    }
}

extension Mapping {
    fileprivate mutating func add(_ others: Mapping) {
        for (key, value) in others { self[key] = value }
    }

    fileprivate mutating func set(_ isPruning: Bool?, _ objects: [ObjectKey]) {
        if let isPruning { self["prune"] = .bool(isPruning) }
        if !objects.isEmpty { self["objects"] = .array(objects.map { .string($0.description) }) }
    }
}

extension String {
    fileprivate var asEventID: EventID? { EventID(self) }
}

/// The fields of a request's body, each read once; what is left over is an error.
struct RequestFields {
    private var rest: Mapping

    init(_ body: Node) { rest = body.objectValue ?? Mapping() }

    mutating func string(_ name: String) throws(ControlError) -> String? {
        guard let node = take(name) else { return nil }
        guard let text = node.stringValue else {
            throw ControlError.badRequest("\(name) is no text")
        }
        return text
    }

    mutating func requiredString(_ name: String) throws(ControlError) -> String {
        guard let text = try string(name), !text.isEmpty else {
            throw ControlError.badRequest("\(name) is missing")
        }
        return text
    }

    mutating func position(_ name: String) throws(ControlError) -> Int64 {
        guard let position = take(name)?.intValue, position > 0 else {
            throw ControlError.badRequest("\(name) is no position")
        }
        return position
    }

    mutating func bool(_ name: String) throws(ControlError) -> Bool? {
        guard let node = take(name) else { return nil }
        guard let value = node.boolValue else {
            throw ControlError.badRequest("\(name) is neither true nor false")
        }
        return value
    }

    mutating func objects() throws(ControlError) -> [ObjectKey] {
        var keys: [ObjectKey] = []
        for node in take("objects")?.arrayValue ?? [] {
            guard let key = node.stringValue.flatMap({ ObjectKey($0) }) else {
                throw ControlError.badRequest("objects holds something that is no object key")
            }
            keys.append(key)
        }
        return keys
    }

    mutating func strings(_ name: String) throws(ControlError) -> [String] {
        var texts: [String] = []
        for node in take(name)?.arrayValue ?? [] {
            guard let text = node.stringValue else {
                throw ControlError.badRequest("\(name) holds something that is no text")
            }
            texts.append(text)
        }
        return texts
    }

    func finish() throws(ControlError) {
        guard let name = rest.keys.first else { return }
        throw ControlError.badRequest("\(name) is not a field of this request")
    }

    private mutating func take(_ name: String) -> Node? {
        let node = rest[name]
        rest[name] = nil
        return node
    }
}
