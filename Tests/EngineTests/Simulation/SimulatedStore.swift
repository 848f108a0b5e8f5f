import Digests
import Engine
import EventLog
import Model
import Projections
import Synchronization

/// Thrown by every port once the process is "dead".
struct Killed: Error {}

/// Counts the effects of a run, and kills it at a chosen one.
final class Fate: Sendable {
    struct State {
        var count = 0
        var killAt: Int?
        /// Whether the fatal effect still happens before the process dies.
        var happens = false
        var isDead = false
        var log: [String] = []
        /// Calls of clusters so far, and the one whose answer gets lost.
        var calls: [String] = []
        var loseAt: Int?
    }
    private let state = Mutex(State())

    init(killAt: Int? = nil, happens: Bool = false) {
        state.withLock {
            $0.killAt = killAt
            $0.happens = happens
        }
    }

    /// Nothing dies; the answer of one call of a cluster gets lost, which `happens` or not.
    init(loseAt: Int, happens: Bool) {
        state.withLock {
            $0.loseAt = loseAt
            $0.happens = happens
        }
    }

    var calls: [String] { state.withLock(\.calls) }

    /// Lets a call of a cluster happen; `nil` stands for an answer that was lost.
    func call<Result>(_ name: String, _ body: () throws -> Result) throws -> Result? {
        let (isLost, happens) = state.withLock { state in
            state.calls.append(name)
            return (state.calls.count == state.loseAt, state.happens)
        }
        guard isLost else { return try effect(name, body) }
        if happens { _ = try effect(name, body) }
        return nil
    }

    var count: Int { state.withLock(\.count) }
    var isDead: Bool { state.withLock(\.isDead) }
    var log: [String] { state.withLock(\.log) }

    /// Lets an effect happen, or ends the process before or after it.
    func effect<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        let (isFatal, happens) = try state.withLock { state -> (Bool, Bool) in
            if state.isDead { throw Killed() }
            state.count += 1
            state.log.append(name)
            let isFatal = state.count == state.killAt
            if isFatal { state.isDead = true }
            return (isFatal, state.happens)
        }
        guard isFatal else { return try body() }
        if happens { _ = try body() }
        throw Killed()
    }
}

/// The ledger of a simulation: the same fold, and arrays instead of SQLite.
final class SimulatedStore: Sendable {
    struct Contents: Sendable {
        var events: [RecordedEvent] = []
        var blobs: [Digest: [UInt8]] = [:]
        var state = LedgerState()
        var versions: [String: Int64] = [:]
        var isFull = false
    }
    let contents: Mutex<Contents>

    init() { contents = Mutex(Contents()) }

    func port(_ fate: Fate, _ clock: EngineClock) -> any EventStore {
        Port(store: self, fate: fate, clock: clock)
    }

    var events: [RecordedEvent] { contents.withLock(\.events) }
    var state: LedgerState { contents.withLock(\.state) }
    /// Whether bytes stand anywhere in what is stored.
    func holds(_ bytes: [UInt8]) -> Bool {
        contents.withLock { contents in
            let stored =
                contents.blobs.values
                + contents.events.compactMap { $0.event.map(EventCodec.encode) }
            return stored.contains { hay in
                hay.indices.contains { hay[$0...].starts(with: bytes) }
            }
        }
    }

    func setFull(_ isFull: Bool) { contents.withLock { $0.isFull = isFull } }

    private struct Port: EventStore {
        let store: SimulatedStore
        let fate: Fate
        let clock: EngineClock

        func append(_ batch: AppendBatch) async throws -> [RecordedEvent] {
            let names = batch.events.map { EventCodec.name(of: $0.event).type }
            return try fate.effect("append \(names.joined(separator: " "))") {
                try store.append(batch, at: clock.now())
            }
        }

        func state<Result: Sendable>(
            _ read: @Sendable @escaping (LedgerState) throws -> Result
        ) async throws -> Result {
            if fate.isDead { throw Killed() }
            return try read(store.state)
        }

        func blob(_ digest: Digest) async throws -> [UInt8]? {
            store.contents.withLock { $0.blobs[digest] }
        }

        func newest(
            _ types: Set<String>, of application: String, upTo position: Int64, limit: Int
        ) async throws -> [RecordedEvent] {
            let matching = store.events.prefix(Int(position)).reversed().lazy.filter {
                types.contains($0.envelope.type) && $0.subjects.application == application
            }
            return Array(matching.prefix(limit))
        }

        func event(id: EventID) async throws -> RecordedEvent? {
            store.events.first { $0.envelope.id == id }
        }
    }

    private func append(_ batch: AppendBatch, at time: Timestamp) throws -> [RecordedEvent] {
        try contents.withLock { contents in
            if contents.isFull, !batch.isOutcome { throw LedgerError.full }
            let ids = Set(batch.events.map(\.id))
            let known = contents.events.filter { ids.contains($0.envelope.id) }
            guard known.isEmpty else { return known }
            for (stream, expected) in batch.expected {
                let actual = contents.versions[stream] ?? 0
                let isMet: Bool =
                    switch expected {
                    case .any: true
                    case .noStream: actual == 0
                    case .exactly(let version): actual == version
                    }
                guard isMet else {
                    throw LedgerError.wrongExpectedVersion(
                        stream: stream, expected: expected, actual: actual)
                }
            }
            for blob in batch.blobs { contents.blobs[blob.digest] = blob.bytes }
            return try batch.events.map { try record($0, at: time, in: &contents) }
        }
    }

    private func record(_ event: NewEvent, at time: Timestamp, in contents: inout Contents) throws
        -> RecordedEvent
    {
        let (type, version) = EventCodec.name(of: event.event)
        let payload = EventCodec.encode(event.event)
        var envelope = Envelope()
        envelope.actor = event.actor
        envelope.causation = event.causation
        envelope.correlation = event.correlation
        envelope.id = event.id
        envelope.occurredAt = event.occurredAt
        envelope.position = Int64(contents.events.count) + 1
        envelope.recordedAt = time
        envelope.stream = event.stream
        envelope.streamVersion = (contents.versions[event.stream] ?? 0) + 1
        envelope.subjects = event.subjects
        envelope.type = type
        envelope.version = version
        contents.versions[event.stream] = envelope.streamVersion
        // What is read back is what was stored, not what was meant.
        let stored = try EventCodec.decode(type: type, version: version, payload: payload)
        let recorded = RecordedEvent(envelope: envelope, event: stored)
        contents.events.append(recorded)
        contents.state.apply(recorded)
        _ = contents.state.takeChanges()
        return recorded
    }
}
