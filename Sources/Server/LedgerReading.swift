public import Digests
public import EventLog
public import Model
public import Projections

/// What commands read of a ledger: its file, or through its writer's socket.
public protocol LedgerReading: Sendable {
    /// Looks at the present.
    func state<Result: Sendable>(
        _ read: @Sendable @escaping (LedgerState) throws -> Result
    ) async throws -> Result
    /// The past as it was known right after the event at a position.
    func state(at position: Int64) async throws -> LedgerState
    /// The past as it was at a time, by what is known now.
    func state(occurredBy time: Timestamp) async throws -> LedgerState
    /// The position of the last event.
    func head() async throws -> Int64
    /// The position of the last event, once it is beyond another one or that much time is over.
    func head(after position: Int64, within limit: Duration) async throws -> Int64
    /// The position of the last event recorded at or before a time; 0 when there is none.
    func position(at time: Timestamp) async throws -> Int64
    func event(at position: Int64) async throws -> RecordedEvent?
    func events(
        matching filter: EventFilter, newestFirst: Bool, limit: Int, before position: Int64?
    ) async throws -> [RecordedEvent]
    func blob(_ digest: Digest) async throws -> [UInt8]?
    /// That an event is in the tree of the earliest checkpoint that covers it; `nil` before there is one.
    func proof(of position: Int64) async throws -> ProofFile?
    /// The present, as far as the rows of a selection tell it: other rows may be missing.
    func present(of selection: RowSelection) async throws -> LedgerState
    /// One object right after the event at a position; `nil` when it was not yet seen.
    func object(_ key: ObjectKey, in environment: String, at position: Int64) async throws
        -> ObjectRow?
    /// A sync or saved plan with its steps, right after the event at a position; other rows may be missing.
    func named(_ name: String, at position: Int64) async throws -> LedgerState
    /// What Git wanted of an application right after the event at a position.
    func desired(_ application: String, at position: Int64) async throws
        -> [ManifestsRendered.Object]
    /// Verifies without recording it.
    func check(full: Bool) async throws -> LedgerCheck
}

extension LedgerReading {
    /// The newest event of these types about an application, up to a position.
    public func newest(_ types: Set<String>, of application: String, upTo position: Int64)
        async throws -> RecordedEvent?
    {
        let filter = EventFilter(types, of: application, upTo: position)
        return try await events(matching: filter, newestFirst: true, limit: 1, before: nil).first
    }
}

/// What a verification found.
public struct LedgerCheck: Sendable {
    public var events: Int64
    /// What is wrong.
    public var findings: [String]
    /// Payloads that were removed, and that stand in an archive.
    public var redacted: Int64
    public var archived: Int64
    /// What could not be checked, and why.
    public var unchecked: [String]

    public init(
        events: Int64, findings: [String], redacted: Int64 = 0, archived: Int64 = 0,
        unchecked: [String] = []
    ) {
        self.unchecked = unchecked
        self.events = events
        self.findings = findings
        self.redacted = redacted
        self.archived = archived
    }
}

// What a ledger answers that has no quicker way than to tell everything.
extension LedgerReading {
    public func present(of selection: RowSelection) async throws -> LedgerState {
        try await state { $0 }
    }

    public func object(_ key: ObjectKey, in environment: String, at position: Int64) async throws
        -> ObjectRow?
    {
        try await state(at: position).objects[LedgerState.objectKey(environment, key)]
    }

    public func named(_ name: String, at position: Int64) async throws -> LedgerState {
        try await state(at: position)
    }

    public func desired(_ application: String, at position: Int64) async throws
        -> [ManifestsRendered.Object]
    {
        try await state(at: position).applications[application]?.desired ?? []
    }
}

extension LedgerReading {
    /// The first page.
    public func events(matching filter: EventFilter, newestFirst: Bool, limit: Int) async throws
        -> [RecordedEvent]
    {
        try await events(matching: filter, newestFirst: newestFirst, limit: limit, before: nil)
    }

    func answer(_ request: ReadRequest) async throws -> Node {
        switch request {
        case .state(let position, let known):
            let state =
                if let position { try await self.state(at: position) } else {
                    try await self.state { $0 }
                }
            if state.position == known { return ["position": .int(state.position)] }
            return state.node
        case .stateOccurred(let time): return try await state(occurredBy: time).node
        case .head: return ["position": .int(try await head())]
        case .headAfter(let position, let seconds):
            let limit = Duration.seconds(min(max(0, seconds), 60))
            return ["position": .int(try await head(after: position, within: limit))]
        case .position(let time): return ["position": .int(try await position(at: time))]
        case .event(let position):
            return ["event": try await event(at: position).map(\.node) ?? .null]
        case .events(let query):
            let events = try await events(
                matching: query.filter, newestFirst: query.newestFirst,
                limit: min(query.limit, 1000), before: query.before)
            return ["events": .array(events.map(\.node))]
        case .blob(let digest):
            guard let bytes = try await blob(digest) else { return ["blob": .null] }
            return ["blob": .string(String(decoding: bytes, as: UTF8.self))]
        case .proof(let position):
            let text = try await proof(of: position).map {
                String(decoding: $0.bytes, as: UTF8.self)
            }
            return ["proof": text.map(Node.string) ?? .null]
        case .check(let isFull):
            let check = try await check(full: isFull)
            return [
                "events": .int(check.events), "findings": .array(check.findings.map(Node.string)),
                "redacted": .int(check.redacted), "archived": .int(check.archived),
                "unchecked": .array(check.unchecked.map(Node.string)),
            ]
        }
    }
}
