public import EventLog
public import SQLiteLedger

extension SQLiteLedger: EventStore {
    public func newest(_ types: Set<String>, of application: String, upTo position: Int64)
        async throws -> RecordedEvent?
    {
        let filter = EventFilter {
            $0.application = application
            $0.types = types
            $0.positions = 1...max(1, position)
        }
        return try await events(matching: filter, newestFirst: true, limit: 1).first
    }
}
