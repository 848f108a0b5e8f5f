import EventLog
import Logging
import Model
import Synchronization
import Testing

@testable import Engine

@Suite("A full disk")
struct FullDiskTests {
    /// Keeps the lines of a log.
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private struct KeepingLog: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            lines.all.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }

    @Test func isSaidOnceAndItsEndToo() async throws {
        let lines = Lines()
        let world = World()
        let log = Logger(label: "test") { _ in KeepingLog(lines: lines) }
        let store = AnnouncingStore(world.store.port(Fate(), world.clock), log: log)
        let recorder = Recorder(store: store, clock: world.clock)
        func record(isOutcome: Bool = false) async {
            let jump = ClockJumped()
            let event = recorder.event(.clockJumped(jump), stream: "ledger", subjects: Subjects())
            _ = try? await recorder.record([event], isOutcome: isOutcome)
        }
        await record()
        world.store.setFull(true)
        await record()
        await record(isOutcome: true)
        await record()
        world.store.setFull(false)
        await record()
        await record()
        #expect(
            lines.all.withLock { $0.map { String($0.prefix(40)) } } == [
                "critical: the ledger's disk is full: not",
                "notice: the ledger can be written again:",
            ])
    }
}
