public import EventLog
public import Model
public import Projections

extension SQLiteLedger {
    /// The past as it was at a time, by what is known now: everything that happened by then, also what was
    /// recorded later.
    ///
    /// The other meaning, what was known then, is `state(at:)`.
    ///
    /// - Throws: `.archived` when there is an archive that is not at hand.
    /// - Complexity: O(*events*): every event is looked at, a page at a time.
    public func state(occurredBy time: Timestamp) async throws(LedgerError) -> LedgerState {
        try await blocking { () throws(LedgerError) in
            var state = LedgerState.past()
            try self.forEachPage(after: 0, upTo: .max) { page throws(LedgerError) in
                for event in page {
                    guard event.position == state.position + 1 else {
                        throw LedgerError.corrupt(
                            position: event.position,
                            reason: "event \(state.position + 1) is missing")
                    }
                    if event.envelope.occurredAt <= time {
                        state.apply(event)
                    } else {
                        state.pass(over: event)
                    }
                }
            }
            return state
        }
    }
}
