internal import Digests
internal import EventLog
internal import Model
internal import Projections

/// One question about the ledger, as it goes over the socket to `/v1/read`.
///
/// Bodies of events, rows and blobs travel as the text that is stored, so that nothing is encoded again.
enum ReadRequest: Equatable, Sendable {
    /// `known` is the position of the state that the asker has already.
    case state(at: Int64?, known: Int64?)
    case stateOccurred(by: Timestamp)
    case head
    case headAfter(Int64, seconds: Int64)
    case position(at: Timestamp)
    case event(at: Int64)
    case events(EventsQuery)
    case blob(Digest)
    case proof(of: Int64)
    case check(isFull: Bool)

    struct EventsQuery: Equatable, Sendable {
        var filter: EventFilter
        var newestFirst: Bool
        var limit: Int
        var before: Int64?
    }

    static let route = "/v1/read"
}

extension ReadRequest {
    var body: Node {
        var fields = Mapping()
        switch self {
        case .state(let position, let known):
            fields["what"] = "state"
            fields["at"] = position.map(Node.int)
            fields["known"] = known.map(Node.int)
        case .stateOccurred(let time):
            fields["what"] = "state"
            fields["occurredBy"] = .string(time.description)
        case .head: fields["what"] = "head"
        case .headAfter(let position, let seconds):
            fields["what"] = "head"
            fields["after"] = .int(position)
            fields["seconds"] = .int(seconds)
        case .position(let time):
            fields["what"] = "position"
            fields["time"] = .string(time.description)
        case .event(let position):
            fields["what"] = "event"
            fields["at"] = .int(position)
        case .events(let query):
            fields["what"] = "events"
            fields["filter"] = query.filter.node
            fields["newestFirst"] = .bool(query.newestFirst)
            fields["limit"] = .int(Int64(query.limit))
            fields["before"] = query.before.map(Node.int)
        case .blob(let digest):
            fields["what"] = "blob"
            fields["digest"] = .string(digest.description)
        case .proof(let position):
            fields["what"] = "proof"
            fields["of"] = .int(position)
        case .check(let isFull):
            fields["what"] = "check"
            fields["full"] = .bool(isFull)
        }
        return .object(fields)
    }

    /// - Throws: `ControlError.badRequest` for a body that asks for nothing there is.
    init(body: Node) throws(ControlError) {
        func number(_ name: String) throws(ControlError) -> Int64 {
            guard let value = body[name]?.intValue else {
                throw ControlError.badRequest("\(name) is no number")
            }
            return value
        }
        func time(_ name: String) throws(ControlError) -> Timestamp {
            guard let time = body[name]?.stringValue.flatMap({ Timestamp($0) }) else {
                throw ControlError.badRequest("\(name) is no time")
            }
            return time
        }
        switch body["what"]?.stringValue {
        case "state" where body["occurredBy"] != nil:
            self = .stateOccurred(by: try time("occurredBy"))
        case "state": self = .state(at: body["at"]?.intValue, known: body["known"]?.intValue)
        case "head" where body["after"] != nil:
            self = .headAfter(try number("after"), seconds: try number("seconds"))
        case "head": self = .head
        case "position": self = .position(at: try time("time"))
        case "event": self = .event(at: try number("at"))
        case "events":
            let limit = try number("limit")
            guard (1...100_000).contains(limit) else {
                throw ControlError.badRequest("limit is not between 1 and 100000")
            }
            self = .events(
                EventsQuery(
                    filter: EventFilter(node: body["filter"] ?? .null),
                    newestFirst: body["newestFirst"]?.boolValue ?? true, limit: Int(limit),
                    before: body["before"]?.intValue))
        case "blob":
            guard let digest = body["digest"]?.stringValue.flatMap({ Digest(hex: $0) }) else {
                throw ControlError.badRequest("digest is no digest")
            }
            self = .blob(digest)
        case "proof": self = .proof(of: try number("of"))
        case "check": self = .check(isFull: body["full"]?.boolValue ?? true)
        default: throw ControlError.badRequest("what is none of the things that can be read")
        }
    }
}

// MARK: - Values

extension EventFilter {
    fileprivate var node: Node {
        var fields = Mapping()
        func set(_ name: String, _ text: String?) { fields[name] = text.map(Node.string) }
        set("environment", environment)
        set("application", application)
        set("actor", actor)
        set("since", since?.description)
        set("until", until?.description)
        set("sync", sync)
        set("repository", repository)
        set("commit", commit)
        set("kind", object?.kind)
        set("namespace", object?.namespace)
        set("name", object?.name)
        if !types.isEmpty { fields["types"] = .array(types.sorted().map(Node.string)) }
        if let positions {
            fields["positions"] = [.int(positions.lowerBound), .int(positions.upperBound)]
        }
        return .object(fields)
    }

    fileprivate init(node: Node) {
        func text(_ name: String) -> String? { node[name]?.stringValue }
        self.init()
        environment = text("environment")
        application = text("application")
        actor = text("actor")
        since = text("since").flatMap { Timestamp($0) }
        until = text("until").flatMap { Timestamp($0) }
        sync = text("sync")
        repository = text("repository")
        commit = text("commit")
        let pattern = ObjectPattern(
            kind: text("kind"), namespace: text("namespace"), name: text("name"))
        object = pattern == ObjectPattern() ? nil : pattern
        types = Set(node["types"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        if let first = node["positions"]?[0]?.intValue, let last = node["positions"]?[1]?.intValue,
            first <= last
        {
            positions = first...last
        }
    }
}

extension RecordedEvent {
    var node: Node {
        var fields = Mapping([
            ("envelope", .string(String(decoding: RecordEncoder.encode(envelope), as: UTF8.self)))
        ])
        fields["payload"] = event.map {
            .string(String(decoding: EventCodec.encode($0), as: UTF8.self))
        }
        if isArchived { fields["archived"] = .bool(true) }
        return .object(fields)
    }

    /// - Throws: `CodecError` for what this release does not know.
    init(node: Node) throws {
        let text = node["envelope"]?.stringValue ?? ""
        let envelope = try RecordDecoder.decode(Envelope.self, from: Array(text.utf8))
        let event = try node["payload"]?.stringValue.map { payload in
            try EventCodec.decode(
                type: envelope.type, version: envelope.version, payload: Array(payload.utf8))
        }
        self.init(
            envelope: envelope, event: event, isArchived: node["archived"]?.boolValue ?? false)
    }
}

extension LedgerState {
    fileprivate static func text(_ bytes: [UInt8]) -> Node {
        .string(String(decoding: bytes, as: UTF8.self))
    }

    var node: Node {
        var fields = Mapping([("position", .int(position))])
        fields["recordedAt"] = recordedAt.map { .string($0.description) }
        fields["version"] = .int(Int64(Self.version))
        fields["rows"] = .array(
            storedRows().compactMap { row in
                row.bytes.map { [.string(row.projection), .string(row.key), Self.text($0)] }
            })
        return .object(fields)
    }

    init(node: Node) throws {
        guard let position = node["position"]?.intValue, let rows = node["rows"]?.arrayValue,
            node["version"]?.intValue == Int64(Self.version)
        else { throw ControlError.unreadableAnswer(status: 200) }
        let changes = rows.compactMap { row -> RowChange? in
            guard let projection = row[0]?.stringValue, let key = row[1]?.stringValue,
                let text = row[2]?.stringValue
            else { return nil }
            return RowChange(projection: projection, key: key, bytes: Array(text.utf8))
        }
        try self.init(
            rows: changes, position: position,
            recordedAt: node["recordedAt"]?.stringValue.flatMap { Timestamp($0) })
    }
}
