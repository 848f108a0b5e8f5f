public import Digests
public import EventLog
public import Model
public import Projections
internal import Synchronization

/// A ledger read through its writer's socket, by an account that may not open the file.
public final class SocketLedger: LedgerReading {
    private let client: ControlClient
    private let present = Mutex(LedgerState())

    public init(_ client: ControlClient) { self.client = client }

    public func state<Result: Sendable>(
        _ read: @Sendable @escaping (LedgerState) throws -> Result
    ) async throws -> Result {
        let known = present.withLock { $0 }
        let answer = try await client.read(
            .state(at: nil, known: known.position == 0 ? nil : known.position))
        guard answer["rows"] != nil else { return try read(known) }
        let state = try LedgerState(node: answer)
        present.withLock { $0 = state }
        return try read(state)
    }

    public func state(at position: Int64) async throws -> LedgerState {
        try LedgerState(node: try await client.read(.state(at: position, known: nil)))
    }

    public func state(occurredBy time: Timestamp) async throws -> LedgerState {
        try LedgerState(node: try await client.read(.stateOccurred(by: time)))
    }

    public func head() async throws -> Int64 { try await position(.head) }

    public func head(after position: Int64, within limit: Duration) async throws -> Int64 {
        try await client.head(after: position, within: limit)
    }

    public func position(at time: Timestamp) async throws -> Int64 {
        try await position(.position(at: time))
    }

    private func position(_ request: ReadRequest) async throws -> Int64 {
        guard let position = try await client.read(request)["position"]?.intValue else {
            throw ControlError.unreadableAnswer(status: 200)
        }
        return position
    }

    public func event(at position: Int64) async throws -> RecordedEvent? {
        let answer = try await client.read(.event(at: position))
        guard let event = answer["event"], !event.isNull else { return nil }
        return try RecordedEvent(node: event)
    }

    public func events(
        matching filter: EventFilter, newestFirst: Bool, limit: Int, before position: Int64?
    ) async throws -> [RecordedEvent] {
        let answer = try await client.read(
            .events(
                ReadRequest.EventsQuery(
                    filter: filter, newestFirst: newestFirst, limit: limit, before: position)))
        return try (answer["events"]?.arrayValue ?? []).map { try RecordedEvent(node: $0) }
    }

    public func blob(_ digest: Digest) async throws -> [UInt8]? {
        let bytes = try await client.read(.blob(digest))["blob"]?.stringValue.map {
            Array($0.utf8)
        }
        guard let bytes else { return nil }
        // What a digest names is what has it, whoever answers.
        guard Digest(of: bytes) == digest else {
            throw ControlError.unreadableAnswer(status: 200)
        }
        return bytes
    }

    public func proof(of position: Int64) async throws -> ProofFile? {
        let text = try await client.read(.proof(of: position))["proof"]?.stringValue
        return try text.map { try ProofFile(parsing: Array($0.utf8)) }
    }

    public func check(full: Bool) async throws -> LedgerCheck {
        let answer = try await client.read(.check(isFull: full))
        guard let events = answer["events"]?.intValue else {
            throw ControlError.unreadableAnswer(status: 200)
        }
        return LedgerCheck(
            events: events,
            findings: answer["findings"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            redacted: answer["redacted"]?.intValue ?? 0,
            archived: answer["archived"]?.intValue ?? 0,
            unchecked: answer["unchecked"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    }
}

extension ControlClient {
    func read(_ request: ReadRequest) async throws -> Node {
        try await send(request.body, to: ReadRequest.route, deadline: .seconds(120))
    }

    /// The position of the last event, once it is beyond another one or that much time is over: the way to follow a
    /// ledger that another process writes.
    public func head(after position: Int64, within limit: Duration) async throws -> Int64 {
        let seconds = max(1, limit.components.seconds)
        let answer = try await read(.headAfter(position, seconds: seconds))
        guard let head = answer["position"]?.intValue else {
            throw ControlError.unreadableAnswer(status: 200)
        }
        return head
    }
}
