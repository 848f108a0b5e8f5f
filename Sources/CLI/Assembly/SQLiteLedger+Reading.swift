internal import EventLog
internal import Model
public import SQLiteLedger
public import Server

extension SQLiteLedger: LedgerReading {
    public func check(full: Bool) async throws -> LedgerCheck {
        let report = try await verify(full: full)
        return LedgerCheck(
            events: report.events, findings: report.findings.map(\.description),
            redacted: report.redacted, archived: report.archived)
    }

    public func head(after position: Int64, within limit: Duration) async throws -> Int64 {
        // Followed before it is looked at, so that nothing slips in between.
        let changes = changes
        let head = try await head()
        guard head <= position else { return head }
        return try await withThrowingTaskGroup(of: Int64.self) { group in
            group.addTask {
                for await newest in changes where newest > position { return newest }
                return position
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return position
            }
            defer { group.cancelAll() }
            return try await group.next() ?? position
        }
    }
}

/// Follows what is recorded, whoever records it.
struct HeadFollower: Sendable {
    let ledger: any LedgerReading
    /// The way to the process that writes; `nil` when it is this one.
    let client: ControlClient?

    /// How long a file is left alone that nobody writes now: somebody may begin to.
    private static let pause = Duration.seconds(1)

    /// Returns when something beyond a position is on record, or that much time is over.
    ///
    /// - Returns: Whether somebody writes.
    func wait(beyond position: Int64, within limit: Duration) async throws -> Bool {
        guard let client else {
            _ = try await ledger.head(after: position, within: limit)
            return true
        }
        do {
            _ = try await client.head(after: position, within: limit)
            return true
        } catch {
            try Task.checkCancellation()
            guard await client.writer() == nil else { throw error }
            guard try await ledger.head() <= position else { return false }
            try await Task.sleep(for: min(limit, Self.pause))
            return false
        }
    }
}
