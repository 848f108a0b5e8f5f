import Digests
import EventLog
import Foundation
import Model
import SQLiteLedger
import Synchronization
import TestSupport
import Testing

/// Commands that ask the history, on a ledger in which every byte is known.
@Suite("Asking the history")
struct HistoryTests {
    private static let start = Timestamp(nanoseconds: 1_762_077_600_000_000_000)
    private static let commit = "9f3c1ab" + String(repeating: "0", count: 33)

    /// A ledger of one upgrade in production, and somebody's change by hand after it.
    private func session() async throws -> Session {
        let session = try Session(at: "2025-11-02T10:30:00Z")
        _ = await session.run("init", "--repository", "https://example.org/platform.git")
        let path = session.path + "/tidemark.db"
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
        let seconds = Mutex<Int64>(0)
        let random = Mutex(SeededGenerator(seed: 7))
        let ledger = try SQLiteLedger.create(
            path: path, programVersion: "0.1.0", tokenKeyID: "0123abcd",
            time: TimeSource(
                now: {
                    Self.start
                        + .seconds(
                            seconds.withLock { second in
                                second += 1
                                return second
                            })
                }, uptime: { .seconds(seconds.withLock { $0 }) }),
            random: RandomSource { count in
                random.withLock { generator in
                    (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                }
            })
        for (number, event) in Self.events.enumerated() {
            var event = event
            event.id = EventID(
                at: Self.start + .seconds(Int64(number)),
                random: [UInt8](repeating: UInt8(number), count: 10))
            _ = try await ledger.append(AppendBatch(events: [event]))
        }
        return session
    }

    private static func event(
        _ event: Event, _ stream: String, object: ObjectKey? = nil, by actor: Actor = .reconciler,
        sync: String? = nil
    ) -> NewEvent {
        NewEvent(
            id: EventID(at: start, random: [UInt8](repeating: 0, count: 10)), event,
            stream: stream,
            subjects: Subjects(
                application: stream.hasPrefix("repository") ? nil : "authz", commit: commit,
                environment: stream.hasPrefix("repository") ? nil : "production", object: object,
                repository: "platform"), actor: actor, occurredAt: start, correlation: sync)
    }

    private static var events: [NewEvent] {
        let deployment = ObjectKey(
            group: "apps", kind: "Deployment", namespace: "keymate", name: "authz")
        let person = CommitObserved.Person {
            $0.name = "engineer-a"
            $0.email = "a@example.org"
            $0.time = start
        }
        let actor = Actor(
            kind: .user, id: "uid:1000", authentication: .unixPeer, onBehalfOf: "engineer-b")
        return [
            event(
                .commitObserved(
                    CommitObserved {
                        $0.author = person
                        $0.committer = person
                        $0.message = "authz 1.8.2\n"
                    }), "repository/platform"),
            event(
                .applicationDeclared(
                    ApplicationDeclaration {
                        $0.file = "applications/authz.yaml"
                        $0.line = 1
                        $0.path = "authz"
                        $0.targetRevision = "main"
                    }), "application/authz"),
            event(
                .syncRequested(SyncRequested { $0.trigger = .manual }), "sync-1", by: actor,
                sync: "sync-1"),
            event(.syncPlanned(SyncPlanned { $0.updates = 1 }), "sync-1", sync: "sync-1"),
            event(.syncStarted(SyncStarted()), "sync-1", sync: "sync-1"),
            event(
                .applyIntended(
                    ApplyIntended {
                        $0.phase = "Sync"
                        $0.step = 1
                        $0.wave = 1
                    }), "sync-1", object: deployment, sync: "sync-1"),
            event(
                .objectApplied(
                    ObjectApplied {
                        $0.step = 1
                        $0.resourceVersion = "12"
                        $0.uid = "u"
                    }), "sync-1", object: deployment, sync: "sync-1"),
            event(.syncSucceeded(SyncSucceeded { $0.applied = 1 }), "sync-1", sync: "sync-1"),
        ] + observations(deployment)
    }

    /// What is seen after the sync.
    private static func observations(_ deployment: ObjectKey) -> [NewEvent] {
        let drift = DriftDetected {
            $0.fields = [
                DriftDetected.Field {
                    $0.path = "spec.replicas"
                    $0.desired = "5"
                    $0.live = "3"
                    $0.manager = "kubectl-edit"
                }
            ]
        }
        return [
            event(
                .comparisonChanged(ComparisonChanged { $0.status = .synced }), "application/authz"),
            event(.healthChanged(HealthChanged { $0.to = .healthy }), "application/authz"),
            event(.driftDetected(drift), "application/authz", object: deployment),
            event(
                .comparisonChanged(
                    ComparisonChanged {
                        $0.status = .outOfSync
                        $0.objects = [
                            ComparisonChanged.Object {
                                $0.key = deployment
                                $0.verdict = .modified
                            }
                        ]
                    }), "application/authz"),
        ]
    }

    private func check(_ arguments: String..., isAsIn golden: String) async throws {
        let session = try await session()
        let ended = await session.run(arguments)
        let difference = try goldenDifference(ended.text, golden)
        #expect(difference == nil, "\(difference ?? "")")
        let widest = ended.output.split(separator: "\n").map(\.count).max() ?? 0
        if golden.hasSuffix(".txt") { #expect(widest <= 80, "tables fit in 80 columns") }
    }

    @Test func logTellsWhatHappened() async throws { try await check("log", isAsIn: "log.txt") }

    @Test func logAsLinesOfJSON() async throws {
        try await check("log", "sync-1", "-o", "jsonl", isAsIn: "log.jsonl")
    }

    @Test func logIsFilteredByType() async throws {
        try await check("log", "--type", "drift.detected", "--reverse", isAsIn: "log-drift.txt")
    }

    @Test func statusIsThePresent() async throws { try await check("status", isAsIn: "status.txt") }

    @Test func statusOfTheTimeBeforeTheDrift() async throws {
        try await check("status", "authz", "--at", "sync-1", isAsIn: "status-at.txt")
    }

    @Test(arguments: [
        ("@9", 9), ("@-4", 9), ("sync-1", 9), ("9f3c1ab", 2), ("production~0", 9),
        ("production@{@5}", 5), ("2025-11-02T10:00:06Z", 5), ("1790s", 9), ("today", 0),
        ("now", 13),
    ])
    func everyAddressOfAMomentMeansAPosition(_ text: String, _ expected: Int) async throws {
        let session = try await session()
        let ended = await session.run("status", "--at", text, "-o", "json")
        let position = ended.output.firstMatch(of: /"position": (\d+)/).flatMap { Int($0.1) }
        #expect(position == expected, "\(ended.text)")
    }

    @Test func whatHappenedByATimeIsNotWhatWasKnownThen() async throws {
        let session = try await session()
        // Every event of this ledger happened at 10:00:00 and was recorded seconds later.
        let known = await session.run("status", "--at", "2025-11-02T10:00:06Z", "-o", "json")
        let happened = await session.run(
            "status", "--at", "2025-11-02T10:00:06Z", "--effective", "-o", "json")
        #expect(known.output.contains(#""sync": "Unknown""#), "\(known.text)")
        #expect(happened.output.contains(#""sync": "OutOfSync""#), "\(happened.text)")
        #expect(
            await session.run("status", "--effective").errors.hasPrefix("error: --effective needs"))
        #expect(
            await session.run("status", "--at", "@5", "--effective").errors.hasPrefix(
                "error: \"@5\" is no time"))
    }

    @Test func statusAsADocument() async throws {
        try await check("status", "-o", "json", isAsIn: "status.json")
    }

    @Test func aSyncIsExplained() async throws {
        try await check("explain", "sync-1", isAsIn: "explain-sync.txt")
    }

    @Test func anApplicationIsExplained() async throws {
        try await check("explain", "authz", isAsIn: "explain-application.txt")
    }

    @Test func anEventIsShownWithItsPayload() async throws {
        try await check("show", "@4", isAsIn: "show-event.yaml")
    }

    @Test func whatIsNotThereIsSaid() async throws {
        let session = try await session()
        #expect(
            await session.run("show", "@99").text
                == "! error: there is no event @99\n!   because the last one is @13\n[exit 2]\n")
        #expect(
            await session.run("log", "--type", "sync.began").errors.hasPrefix(
                "error: there is no event type sync.began\n  try: one of: "))
        #expect(
            await session.run("status", "--at", "someday").errors.hasPrefix(
                "error: \"someday\" is no point in time\n"))
        #expect(
            await session.run("replay", "sync-9").errors
                == "error: there is no sync-9\n  try: tidemark log --type sync.planned\n")
        #expect(
            await session.run("replay", "sync-1").errors.hasPrefix(
                "error: sync-1 cannot be replayed\n"))
        #expect(
            await session.run("diff", "staging", "production").errors
                == "error: there is no environment staging\n")
    }
}
