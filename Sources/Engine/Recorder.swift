public import EventLog
internal import Model
internal import Projections

/// Puts events into the ledger: gives them their ids and times.
public struct Recorder: Sendable {
    public let store: any EventStore
    public let clock: EngineClock

    public init(store: any EventStore, clock: EngineClock) {
        self.store = store
        self.clock = clock
    }

    public func newID() -> EventID { EventID(at: clock.now(), random: clock.randomBytes(10)) }

    /// One event, not yet recorded, that happens now.
    public func event(
        _ event: Event, stream: String, subjects: Subjects, actor: Actor = .reconciler,
        correlation: String? = nil, causation: EventID? = nil, id: EventID? = nil
    ) -> NewEvent {
        NewEvent(
            id: id ?? newID(), event, stream: stream, subjects: subjects, actor: actor,
            occurredAt: clock.now(), correlation: correlation, causation: causation)
    }

    /// Appends the events of one decision, all or none.
    @discardableResult
    public func record(
        _ events: [NewEvent], expected: [String: ExpectedVersion] = [:], blobs: [Blob] = [],
        isOutcome: Bool = false
    ) async throws -> [RecordedEvent] {
        guard !events.isEmpty else { return [] }
        return try await store.append(
            AppendBatch(events: events, expected: expected, blobs: blobs, isOutcome: isOutcome))
    }
}
