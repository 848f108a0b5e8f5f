internal import Dispatch
internal import Glibc
internal import Synchronization

/// Runs `work` until it ends or a signal asks the program to stop; then the work is cancelled and awaited.
///
/// - Returns: `nil` when a signal came first.
func untilInterrupted<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
) async throws -> Result? {
    let (signals, sink) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let listener = StopSignals.shared.listen(sink)
    defer { StopSignals.shared.leave(listener) }
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

/// The signals that ask the program to stop, told to everyone who listens.
///
/// The handler writes a byte to a pipe, and a thread reads it. Dispatch's signal sources would be shorter, but
/// libdispatch frees what it knows of a signal while its own thread may still look at it, when the last source goes.
private final class StopSignals: Sendable {
    static let shared = StopSignals()

    private static let numbers = [SIGINT, SIGTERM, SIGHUP]

    private struct Listeners {
        var last = 0
        var sinks: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let listeners = Mutex(Listeners())

    private init() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        let (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // The handler never waits: one byte in the pipe says all there is to say.
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        wakeUp.store(writing, ordering: .sequentiallyConsistent)
        DispatchQueue(label: "tidemark.signals").async {
            var byte: UInt8 = 0
            while true {
                let count = read(reading, &byte, 1)
                if count == 1 { Self.shared.tell() } else if errno != EINTR { return }
            }
        }
    }

    private func tell() {
        for sink in listeners.withLock({ Array($0.sinks.values) }) { sink.yield() }
    }

    /// - Returns: What `leave` takes.
    func listen(_ sink: AsyncStream<Void>.Continuation) -> Int {
        listeners.withLock { listeners in
            if listeners.sinks.isEmpty { Self.handle(with: noteSignal) }
            listeners.last += 1
            listeners.sinks[listeners.last] = sink
            return listeners.last
        }
    }

    /// With the last listener the signals end the program again.
    func leave(_ listener: Int) {
        listeners.withLock { listeners in
            listeners.sinks[listener] = nil
            if listeners.sinks.isEmpty { Self.handle(with: SIG_DFL) }
        }
    }

    private static func handle(with handler: __sighandler_t?) {
        // Without the pipe nobody would hear of them: then they end the program, as they do by default.
        guard wakeUp.load(ordering: .relaxed) >= 0 else { return }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        // No call of a library is to fail because a signal came.
        action.sa_flags = SA_RESTART
        for number in numbers { sigaction(number, &action, nil) }
    }
}

/// The end of the pipe that the handler writes to; set once, before there is a handler.
private let wakeUp = Atomic<Int32>(-1)

/// Runs in the middle of anything: it may do nothing but this.
private func noteSignal(_: Int32) {
    let before = errno
    var byte: UInt8 = 1
    _ = write(wakeUp.load(ordering: .relaxed), &byte, 1)
    errno = before
}
