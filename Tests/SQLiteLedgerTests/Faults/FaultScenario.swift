import Digests
import EventLog
import Foundation
import GRDB
import Model
import SQLiteLedger
import Synchronization
import TestSupport

/// Something a ledger is asked to do while its disk fails.
struct FaultScenario: Sendable {
    var name: String
    /// How much the write-ahead log takes before it is moved into the file.
    var checkpointBytes = 8 << 20
    /// What is on record before, when the disk still works.
    var prepare: @Sendable (Workload, SQLiteLedger) async throws -> Void = { _, _ in }
    var run: @Sendable (Workload, SQLiteLedger) async -> Void
    /// What must work afterwards, when the disk works again.
    var repeated: @Sendable (Workload, SQLiteLedger) async throws -> Void = { _, _ in }
}

/// What was asked of a ledger and how it answered, so that nothing can be lost or made up unnoticed.
final class Workload: Sendable {
    struct Attempt: Sendable {
        var batch: AppendBatch
        var isAcknowledged = false
    }

    let bench: Bench
    /// Told of each acknowledgement, by the number of its attempt.
    private let note: @Sendable (String) -> Void
    private let log = Mutex<[Attempt]>([])
    private let failures = Mutex<[LedgerError]>([])
    /// The heads that were handed out, in order.
    private let heads = Mutex<[Checkpoint]>([])
    private let preparedCount: Int
    private let redacted = Mutex<Blob?>(nil)

    /// - Parameter before: What is on record already.
    init(
        _ bench: Bench, after before: [Attempt] = [],
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.bench = bench
        self.note = note
        preparedCount = before.count
        log.withLock { $0 = before }
    }

    var attempts: [Attempt] { log.withLock { $0 } }
    var errors: [LedgerError] { failures.withLock { $0 } }

    /// Appends, and remembers what came of it.
    func append(_ batch: AppendBatch, to ledger: SQLiteLedger) async {
        let number = log.withLock {
            $0.append(Attempt(batch: batch))
            return $0.count - 1
        }
        await attempt(number, ledger)
    }

    private func attempt(_ number: Int, _ ledger: SQLiteLedger) async {
        let batch = log.withLock { $0[number].batch }
        do throws(LedgerError) {
            _ = try await ledger.append(batch)
            log.withLock { $0[number].isAcknowledged = true }
            note("ack \(number)")
        } catch {
            failures.withLock { $0.append(error) }
        }
    }

    /// Repeats what was not acknowledged: whether it was recorded is not known, and that is safe.
    func retry(_ ledger: SQLiteLedger) async {
        for (number, attempt) in attempts.enumerated() where !attempt.isAcknowledged {
            await self.attempt(number, ledger)
        }
    }

    /// Has a checkpoint signed, and remembers it when it was handed out.
    func sign(_ ledger: SQLiteLedger) async {
        let actor = Actor(kind: .system, id: "ledger", authentication: .system)
        let signed = try? await ledger.signCheckpoint(
            by: bench.signer, actor: actor, id: bench.event(0).id)
        guard let signed else { return }
        heads.withLock { $0.append(signed.checkpoint) }
        note("head")
    }

    /// What the ledger has other than the heads that were signed say.
    private func problemsOfHeads(_ ledger: SQLiteLedger, _ count: Int) async throws -> [String] {
        var problems: [String] = []
        for head in heads.withLock({ $0.prefix(count) })
        where try await ledger.root(of: head.size) != head.root {
            problems.append("the tree of \(head.size) events is not the one that was signed")
        }
        return problems
    }

    /// Redacts the last event on record before, and remembers which body may be gone.
    func redactLast(in ledger: SQLiteLedger, _ actor: Actor) async {
        let before = attempts.prefix(preparedCount)
        redacted.withLock { $0 = before.last?.batch.blobs.last }
        let position = before.reduce(1) { $0 + Int64($1.batch.events.count) }
        _ = try? await ledger.redact(
            position, reason: "a name", actor: actor, id: bench.event(0).id)
    }

    /// Whether bytes of the redacted body are in the files of a ledger, though they were erased.
    private func problemsOfErasure(_ ledger: SQLiteLedger, isRedacted: Bool) throws -> [String] {
        guard isRedacted, let bytes = redacted.withLock({ $0?.bytes.prefix(40) }),
            !FileManager.default.fileExists(atPath: ledger.path + ".erase")
        else { return [] }
        return try ["", "-wal"].map { ledger.path + $0 }
            .filter { FileManager.default.fileExists(atPath: $0) }
            .filter {
                let file = try Data(contentsOf: URL(fileURLWithPath: $0))
                return file.range(of: Data(bytes)) != nil
            }
            .map { "\($0) holds bytes that were redacted" }
    }

    /// Events with a body each, of which one does not fit into a page.
    func batch(_ count: Int) -> AppendBatch {
        var events: [NewEvent] = []
        var blobs: [Blob] = []
        for number in 0..<count {
            var event = bench.event(number)
            let text = "\(event.id) " + String(repeating: "body ", count: number == 1 ? 4000 : 9)
            let blob = Blob(Array(text.utf8))
            event.event = .objectObserved(ObjectObserved { $0.digest = blob.digest })
            event.subjects.object = ObjectKey("apps/Deployment/web/web\(number)")
            events.append(event)
            blobs.append(blob)
        }
        return AppendBatch(events: events, blobs: blobs)
    }
}

extension Workload {
    /// Events that the ledger records by itself.
    private static let own: Set = [
        "ledger.opened", "projection.rebuilt", "clock.jumped", "payload.redacted",
        "ledger.archived", "checkpoint.signed",
    ]

    /// What a ledger has lost, made up, half recorded, or is otherwise not as it must be.
    ///
    /// - Parameters:
    ///   - acknowledged: The numbers of the attempts that were answered in time.
    ///   - heads: How many checkpoints were handed out in time.
    func problems(_ ledger: SQLiteLedger, acknowledged: Set<Int>, heads: Int = .max)
        async throws -> [String]
    {
        let archive = Self.archive(of: ledger.path)
        if !ledger.isReadOnly, FileManager.default.fileExists(atPath: archive) {
            let isRecorded = try await isArchived(ledger)
            let alone = try await ledger.verify(full: true).findings.map(\.description)
            do {
                // Nothing but what the archive has may be missing.
                let whole = try SQLiteLedger.openForReading(path: ledger.path, archives: [archive])
                return try await alone + problems(whole, acknowledged: acknowledged, heads: heads)
            } catch LedgerError.unrecordedArchive where !isRecorded {
                // Then nothing may be missing at all.
                let itself = try SQLiteLedger.openForReading(path: ledger.path)
                return try await alone + problems(itself, acknowledged: acknowledged, heads: heads)
            }
        }
        var problems = try await ledger.verify(full: true).findings.map(\.description)
        let check = try await DatabaseQueue(path: ledger.path).read { db in
            try String.fetchAll(db, sql: "PRAGMA integrity_check")
        }
        if check != ["ok"] { problems.append("integrity check: \(check.prefix(3))") }
        let attempts = attempts
        let numbers = Dictionary(
            uniqueKeysWithValues: attempts.enumerated().flatMap { number, attempt in
                attempt.batch.events.map { ($0.id, number) }
            })
        var found: [Int: [EventID]] = [:]
        var isRedacted = false
        for event in try await ledger.events(after: 0, limit: .max) {
            if event.envelope.type == "payload.redacted" { isRedacted = true }
            if let number = numbers[event.envelope.id] {
                found[number, default: []].append(event.envelope.id)
            } else if !Self.own.contains(event.envelope.type) {
                problems.append("@\(event.position) \(event.envelope.type): nobody asked for it")
            }
        }
        for (number, attempt) in attempts.enumerated() {
            let ids = found[number]
            if ids == nil, acknowledged.contains(number) {
                problems.append("batch \(number) was acknowledged and is lost")
            }
            if let ids, ids != attempt.batch.events.map(\.id) {
                problems.append("batch \(number) is there in part")
            }
            guard ids != nil else { continue }
            let gone = redacted.withLock { $0?.digest }
            for blob in attempt.batch.blobs where blob.digest != gone {
                guard try await ledger.blob(blob.digest) != blob.bytes else { continue }
                problems.append("batch \(number): the body \(blob.digest.shortText) is lost")
            }
        }
        problems += try await problemsOfHeads(ledger, heads)
        problems += try problemsOfErasure(ledger, isRedacted: isRedacted)
        return try await problems + problemsOfCopy(beside: ledger.path)
    }

    func isArchived(_ ledger: SQLiteLedger) async throws -> Bool {
        try await !ledger.events(
            matching: EventFilter { $0.types = ["ledger.archived"] }, newestFirst: true, limit: 1
        ).isEmpty
    }

    /// Moves everything that is older than a minute into the archive beside the ledger.
    func moveOld(from ledger: SQLiteLedger) async throws {
        let actor = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)
        _ = try await ledger.archive(
            before: bench.wall.withLock { $0 + .seconds(-60) }, to: Self.archive(of: ledger.path),
            actor: actor, id: bench.event(0).id)
    }

    static func archive(of ledger: String) -> String {
        URL(fileURLWithPath: ledger).deletingLastPathComponent()
            .appendingPathComponent("archive.db").path
    }

    /// What is wrong with a copy beside the ledger, if there is one.
    func problemsOfCopy(beside ledger: String) async throws -> [String] {
        let copy = URL(fileURLWithPath: ledger).deletingLastPathComponent()
            .appendingPathComponent("copy.db").path
        guard ledger != copy, FileManager.default.fileExists(atPath: copy) else { return [] }
        let prepared = Set(attempts.indices.filter { $0 < preparedCount })
        return try await problems(
            SQLiteLedger.openForReading(path: copy), acknowledged: prepared, heads: 0
        ).map { "the copy: \($0)" }
    }

    var acknowledged: Set<Int> {
        Set(attempts.enumerated().filter { $0.element.isAcknowledged }.map(\.offset))
    }
}
