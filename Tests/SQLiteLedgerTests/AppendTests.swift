import Digests
import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import Synchronization
import TestSupport
import Testing

@Suite("Appending")
struct AppendTests {
    @Test func aNewLedgerBeginsWithItsOpening() async throws {
        let ledger = try Bench().create()
        #expect(try await ledger.listing() == "1 ledger.opened ledger@1")
        #expect(try await ledger.state { $0.ledger["ledger"]?.tokenKeyID } == "00000000")
    }

    @Test func positionsAndVersionsAreDense() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        _ = try await ledger.append(
            AppendBatch(events: [bench.event(1), bench.event(2, in: "dev"), bench.event(3)]))
        #expect(
            try await ledger.listing() == """
                1 ledger.opened ledger@1
                2 cluster.connected environment/production@1
                3 cluster.connected environment/dev@1
                4 cluster.connected environment/production@2
                """)
        #expect(try await ledger.state { $0.environments["production"]?.serverVersion } == "v3")
    }

    @Test func aStaleExpectationIsRefusedWithTheActualVersion() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let stream = "environment/production"
        _ = try await ledger.append(
            AppendBatch(events: [bench.event(1)], expected: [stream: .noStream]))
        await #expect(
            throws: LedgerError.wrongExpectedVersion(
                stream: stream, expected: .noStream, actual: 1)
        ) {
            try await ledger.append(
                AppendBatch(events: [bench.event(2)], expected: [stream: .noStream]))
        }
        _ = try await ledger.append(
            AppendBatch(events: [bench.event(3)], expected: [stream: .exactly(1)]))
        #expect(try await ledger.head() == 3)
    }

    @Test func theSameBatchAgainGivesTheOldPositions() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let batch = AppendBatch(
            events: [bench.event(1), bench.event(2)],
            expected: ["environment/production": .noStream])
        let first = try await ledger.append(batch)
        var again = batch
        again.events[0].occurredAt = Timestamp(seconds: 5)
        #expect(try await ledger.append(again) == first)
        #expect(try await ledger.head() == 3)
    }

    @Test func theSameIdsWithAnotherContentAreAConflict() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let batch = AppendBatch(events: [bench.event(1), bench.event(2)])
        _ = try await ledger.append(batch)
        let changes: [(String, (inout AppendBatch) -> Void)] = [
            ("payload", { $0.events[0].event = .clusterConnected(ClusterConnected()) }),
            ("type", { $0.events[0].event = .clusterDisconnected(ClusterDisconnected()) }),
            ("stream", { $0.events[1].stream = "environment/dev" }),
            ("subjects", { $0.events[1].subjects.application = "web" }),
            ("actor", { $0.events[1].actor.id = "uid:1000" }),
            ("order", { $0.events.swapAt(0, 1) }),
            ("one more", { $0.events.append(bench.event(3)) }),
            ("one twice", { $0.events.append($0.events[0]) }),
        ]
        for (name, change) in changes {
            var other = batch
            change(&other)
            do {
                _ = try await ledger.append(other)
                Issue.record("\(name): was accepted")
            } catch LedgerError.idempotencyConflict {
            } catch {
                Issue.record("\(name): \(error)")
            }
        }
        #expect(try await ledger.head() == 3)
    }

    @Test func aConflictInOneBatchOfAGroupLeavesTheOthers() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                let batch = AppendBatch(
                    events: [bench.event(number), bench.event(number)],
                    expected: number % 3 == 0 ? ["nowhere": .exactly(4)] : [:])
                group.addTask { (try? await ledger.append(batch)) != nil }
            }
            return await group.reduce(into: [true: 0, false: 0]) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == [true: 40, false: 20])
        #expect(try await ledger.head() == 81)
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func anEnvelopeThatIsTooLargeIsRefused() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        var event = bench.event(1)
        event.subjects.application = String(repeating: "x", count: 65_536)
        do {
            _ = try await ledger.append(AppendBatch(events: [event]))
            Issue.record("was accepted")
        } catch LedgerError.envelopeTooLarge(let type, let bytes) {
            #expect(type == "cluster.connected" && bytes > 65_535)
        }
        #expect(try await ledger.head() == 1)
    }

    @Test func aBatchThatIsRefusedAtItsEndLeavesNothing() async throws {
        let bench = try Bench()
        let ledger = try bench.create(signedBy: bench.signer)
        var events = (1...100).map { bench.event($0) }
        events[99].subjects.application = String(repeating: "x", count: 65_536)
        await #expect(throws: LedgerError.self) {
            try await ledger.append(AppendBatch(events: events))
        }
        _ = try await ledger.append(AppendBatch(events: [bench.event(1)]))
        let signed = try await ledger.signCheckpoint(
            by: bench.signer, actor: .reconciler, id: bench.event(2).id)
        #expect(signed.checkpoint.size == 2)
        #expect(try await ledger.verify(full: true).findings == [])
    }

    @Test func anEventThatCouldNotBeReadAgainIsRefused() async throws {
        func check(_ change: (inout NewEvent) -> Void) async throws {
            let bench = try Bench()
            let ledger = try bench.create()
            var event = bench.event(1)
            change(&event)
            let expected = EventCodec.name(of: event.event).type
            do {
                _ = try await ledger.append(AppendBatch(events: [bench.event(2), event]))
                Issue.record("\(event) was accepted")
            } catch LedgerError.notStorable(let type, _) {
                #expect(type == expected)
            }
            #expect(try await ledger.head() == 1)
        }
        func check(_ group: String, _ kind: String, _ namespace: String) async throws {
            let key = ObjectKey(group: group, kind: kind, namespace: namespace, name: "web")
            try await check { event in event.subjects.object = key }
        }
        try await check { event in event.occurredAt = Timestamp(nanoseconds: .max) }
        try await check { event in event.occurredAt = Timestamp(nanoseconds: .min) }
        try await check("a/b", "Kind", "shop")
        try await check("", "Ki/nd", "shop")
        try await check("", "Kind", "sh/op")
        try await check("", "", "shop")
        let resolved = DriftResolved { $0.detectedAt = 9_007_199_254_740_992 }
        try await check { event in event.event = .driftResolved(resolved) }
        let jump = ClockJumped { $0.from = Timestamp(nanoseconds: .max) }
        try await check { event in event.event = .clockJumped(jump) }
    }

    @Test func blobsAreKeptOnceUnderTheirDigest() async throws {
        let bench = try Bench()
        let ledger = try bench.create()
        let blob = Blob(Array("hello".utf8))
        for number in 0..<2 {
            _ = try await ledger.append(AppendBatch(events: [bench.event(number)], blobs: [blob]))
        }
        #expect(try await ledger.blob(blob.digest) == Array("hello".utf8))
        #expect(try await ledger.blob(Digest(of: "other")) == nil)
        await #expect(
            throws: LedgerError.blobMismatch(digest: Digest(of: "other").description)
        ) {
            try await ledger.append(
                AppendBatch(
                    events: [bench.event(3)],
                    blobs: [Blob(digest: Digest(of: "other"), bytes: [1])]))
        }
    }
}
