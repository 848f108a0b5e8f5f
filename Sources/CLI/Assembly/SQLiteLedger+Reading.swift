internal import Deadline
internal import EventLog
internal import Model
public import SQLiteLedger
public import Server

extension SQLiteLedger: LedgerReading {
    public func check(full: Bool) async throws -> LedgerCheck {
        let report = try await verify(full: full)
        return LedgerCheck(
            events: report.events, findings: report.findings.map(\.description),
            redacted: report.redacted, archived: report.archived, unchecked: report.unchecked)
    }

    public func head(after position: Int64, within limit: Duration) async throws -> Int64 {
        // Followed before it is looked at, so that nothing slips in between.
        let changes = changes
        let head = try await head()
        guard head <= position else { return head }
        do {
            return try await withDeadline(limit) {
                for await newest in changes where newest > position { return newest }
                return position
            }
        } catch is DeadlinePassed {
            return position
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
