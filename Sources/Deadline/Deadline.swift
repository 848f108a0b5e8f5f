/// Work took longer than it may.
public struct DeadlinePassed: Error, Equatable, Sendable {
    public var after: Duration

    public init(after: Duration) { self.after = after }
}

/// Runs `operation` and cancels it when it takes longer than `limit`.
///
/// What lost the race has ended when this returns: an operation that does not heed its cancellation is waited for.
///
/// - Parameter sleep: The clock; that of the system unless given.
/// - Throws: `DeadlinePassed`, or what `operation` throws.
public func withDeadline<Answer: Sendable>(
    _ limit: Duration,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    _ operation: @escaping @Sendable () async throws -> Answer
) async throws -> Answer {
    try await withThrowingTaskGroup(of: Answer.self) { group in
        group.addTask(operation: operation)
        group.addTask {
            try await sleep(limit)
            throw DeadlinePassed(after: limit)
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
