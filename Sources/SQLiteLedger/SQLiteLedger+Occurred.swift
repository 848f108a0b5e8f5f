public import EventLog
public import Model
public import Projections

extension SQLiteLedger {
    /// The past as it was at a time, by what is known now: everything that happened by then, also what was
    /// recorded later.
    ///
    /// The other meaning, what was known then, is `state(at:)`.
    ///
    /// - Complexity: O(*events*): every event is looked at, a page at a time.
    public func state(occurredBy time: Timestamp) async throws(LedgerError) -> LedgerState {
        var state = LedgerState()
        while true {
            let page = try await events(after: state.position, limit: 1000)
            for event in page {
                if event.envelope.occurredAt <= time {
                    state.apply(event)
                } else {
                    state.pass(over: event)
                }
            }
            if page.count < 1000 { return state }
        }
    }
}
