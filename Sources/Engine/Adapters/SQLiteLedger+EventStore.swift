public import EventLog
public import SQLiteLedger

extension SQLiteLedger: EventStore {
    public func newest(
        _ types: Set<String>, of application: String, upTo position: Int64, limit: Int
    ) async throws -> [RecordedEvent] {
        try await events(
            matching: EventFilter(types, of: application, upTo: position), newestFirst: true,
            limit: limit)
    }
}
