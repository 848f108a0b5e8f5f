public import EventLog
internal import GRDB
internal import Model
internal import Projections

extension SQLiteLedger {
    /// Puts the tables on record that folds of this release begin with, when the newest archive left those of
    /// another version and the ledger was opened for writing with its archives: then they are not needed again.
    ///
    /// Opening does not do it: whether the ledger may be appended to is for the caller to say.
    public func recordBase() async throws(LedgerError) {
        guard !isReadOnly else { throw LedgerError.readOnly }
        try await writing { try $0.recordBase() }
    }
}

extension Writer {
    /// Puts the tables on record that folds of this version begin with, when the newest archive left those of
    /// another one and is at hand: then it is not needed again.
    mutating func recordBase() throws(LedgerError) {
        guard !archives.isEmpty else { return }
        let version = projectionVersion
        let refolded: (base: ProjectionRebuilt.Base, blobs: [Blob])?
        do {
            refolded = try connection().read { [archives] db in
                let stored = StoredEvents(db: db, version: version, archives: archives)
                guard let base = try LedgerBase(stored), !base.isCurrent else { return nil }
                return try LedgerBase.refolded(stored)
            }
        } catch { throw LedgerError(error) }
        guard let (base, blobs) = refolded else { return }
        let event = rebuilt(base, by: .reconciler)
        _ = try commit([AppendBatch(events: [event], blobs: blobs)])[0].get()
    }

    /// The event that says that the rows were folded anew.
    func rebuilt(_ base: ProjectionRebuilt.Base?, by actor: Actor) -> NewEvent {
        let now = time.now()
        return NewEvent(
            id: EventID(at: now, random: random.bytes(10)),
            .projectionRebuilt(
                ProjectionRebuilt {
                    $0.base = base
                    $0.events = state.position
                    $0.projection = StoredEvents.projection
                    $0.version = projectionVersion
                }), stream: LedgerState.Stream.ledger, subjects: Subjects(), actor: actor,
            occurredAt: now)
    }
}
