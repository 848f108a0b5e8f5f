internal import Dispatch
internal import Glibc

/// Runs `work` until it ends or a signal asks the program to stop; then the work is cancelled and awaited.
///
/// - Returns: `nil` when a signal came first.
func untilInterrupted<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    let (signals, sink) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler { sink.yield() }
        source.resume()
        return source
    }
    defer {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
    }
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            for await _ in signals { return nil }
            return nil
        }
        defer { group.cancelAll() }
        let first = try await group.next() ?? nil
        group.cancelAll()
        guard first == nil else { return first }
        do {
            // What the work still had to say when it was cancelled does not matter any more.
            while try await group.next() != nil {}
        } catch is CancellationError {}
        return nil
    }
}
