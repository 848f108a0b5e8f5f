import Digests
import EventLog
import Foundation
import Logging
import Model
import Projections
import TestSupport
import Testing

@testable import Server

/// Reading a ledger through the socket gives what the ledger itself gives.
@Suite("Reading through the socket")
struct ReadingTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A ledger of two events and one blob, in memory.
    private struct Memory: LedgerReading {
        let events: [RecordedEvent]
        let body = Array("{\"a\":1}".utf8)

        init() {
            func event(_ position: Int64, _ event: Event, _ stream: String, _ subjects: Subjects)
                -> RecordedEvent
            {
                var envelope = Envelope()
                let time = Timestamp(nanoseconds: 1_760_000_000_000_000_000 + position)
                envelope.id = EventID(
                    at: time, random: Array(repeating: UInt8(position), count: 10))
                envelope.position = position
                envelope.occurredAt = time
                envelope.recordedAt = time
                envelope.stream = stream
                envelope.streamVersion = 1
                envelope.subjects = subjects
                (envelope.type, envelope.version) = EventCodec.name(of: event)
                return RecordedEvent(envelope: envelope, event: event)
            }
            let opened = LedgerOpened { $0.tokenKeyID = "key-1" }
            let declared = ApplicationDeclaration { $0.path = "apps/ä" }
            events = [
                event(1, .ledgerOpened(opened), "ledger", Subjects()),
                event(
                    2, .applicationDeclared(declared), "application/shop",
                    Subjects(application: "shop", environment: "dev")),
            ]
        }

        private func folded(to position: Int64) -> LedgerState {
            var state = LedgerState()
            for event in events where event.position <= position { state.apply(event) }
            return state
        }

        func state<Result: Sendable>(
            _ read: @Sendable @escaping (LedgerState) throws -> Result
        ) async throws -> Result { try read(folded(to: 2)) }
        func state(at position: Int64) async throws -> LedgerState { folded(to: position) }
        func state(occurredBy time: Timestamp) async throws -> LedgerState { folded(to: 1) }
        func head() async throws -> Int64 { 2 }
        func head(after position: Int64, within limit: Duration) async throws -> Int64 { 2 }
        func position(at time: Timestamp) async throws -> Int64 {
            events.last { $0.envelope.recordedAt <= time }?.position ?? 0
        }
        func event(at position: Int64) async throws -> RecordedEvent? {
            events.first { $0.position == position }
        }
        func events(
            matching filter: EventFilter, newestFirst: Bool, limit: Int, before position: Int64?
        ) async throws -> [RecordedEvent] {
            Array(events.filter { filter.matches($0.envelope) }.prefix(limit))
        }
        func blob(_ digest: Digest) async throws -> [UInt8]? {
            Digest(of: body) == digest ? body : nil
        }
        func proof(of position: Int64) async throws -> ProofFile? { nil }
        func check(full: Bool) async throws -> LedgerCheck {
            LedgerCheck(events: 2, findings: full ? ["a finding"] : [], redacted: 1, archived: 3)
        }
    }

    private func serving(
        readers: String? = nil,
        _ body: @escaping @Sendable (ControlClient, String) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path + "/t.sock"
        let server = ControlServer(path: path, readers: readers, ledger: Memory(), log: quiet) {
            _, _ in ControlAnswer()
        }
        let (running, sink) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { sink.finish() }
                try await server.run { sink.finish() }
            }
            for await _ in running {}
            try await body(ControlClient(path: path), path)
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
    }

    @Test func everyAnswerIsThatOfTheLedger() async throws {
        try await serving { client, _ in
            let (near, far) = (Memory(), SocketLedger(client))
            // Twice: the second time only the position travels.
            for _ in 0..<2 {
                #expect(
                    try await far.state { $0.storedRows() } == near.state { $0.storedRows() })
            }
            let past = try await far.state(at: 1)
            #expect(past.position == 1)
            #expect(past.applications.all.isEmpty)
            let happened = try await far.state(occurredBy: near.events[0].envelope.recordedAt)
            #expect(happened.position == 1)
            #expect(try await far.head() == 2)
            #expect(try await far.head(after: 1, within: .seconds(5)) == 2)
            #expect(try await far.position(at: near.events[0].envelope.recordedAt) == 1)
            #expect(try await far.event(at: 2) == near.events[1])
            #expect(try await far.event(at: 3) == nil)
            #expect(try await far.blob(Digest(of: near.body)) == near.body)
            #expect(try await far.blob(Digest(of: "")) == nil)
            let check = try await far.check(full: true)
            #expect(check.findings == ["a finding"])
            #expect((check.redacted, check.archived) == (1, 3))
        }
    }

    @Test func filtersTravelWhole() throws {
        let time = Timestamp(nanoseconds: 1_760_000_000_000_000_001)
        let filter = EventFilter {
            $0.environment = "dev"
            $0.application = "shop"
            $0.object = ObjectPattern(kind: "Deployment", namespace: "n", name: "web")
            $0.actor = "uid:0"
            $0.types = ["sync.started", "sync.failed"]
            $0.since = time
            $0.until = time
            $0.sync = "sync-1"
            $0.repository = "platform"
            $0.commit = "abc"
            $0.positions = 3...9
        }
        for filter in [filter, EventFilter()] {
            let request = ReadRequest.events(
                .init(filter: filter, newestFirst: false, limit: 7, before: 9))
            #expect(try ReadRequest(body: request.body) == request)
        }
        #expect(throws: ControlError.self) { try ReadRequest(body: ["what": "everything"]) }
    }

    @Test func aGroupOfReadersGetsTheSocket() async throws {
        let group = getgrgid(getgid()).map { String(cString: $0.pointee.gr_name) }
        let name = try #require(group, "this account's group has no name")
        try await serving(readers: name) { _, path in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o660)
            #expect(attributes[.groupOwnerAccountID] as? Int == Int(getgid()))
        }
    }

    @Test func aGroupThatDoesNotExistIsAnError() async throws {
        let server = ControlServer(
            path: "/nowhere/t.sock", readers: "no-such-group", ledger: Memory(), log: quiet
        ) { _, _ in ControlAnswer() }
        await #expect(throws: ControlError.unknownGroup("no-such-group")) { try await server.run() }
    }
}
