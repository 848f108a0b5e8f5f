import EventLog
import Foundation
import Model
import SQLiteLedger
import Synchronization
import TestSupport

extension FaultScenario {
    static let all = [one, group, checkpoints, rebuild, backup, redaction, archive, signing]

    static let creation = FaultScenario(name: "creation") { _, _ in }

    /// Among them one that is refused.
    static let one = FaultScenario(name: "one event") { workload, ledger in
        await workload.append(workload.batch(1), to: ledger)
        var batch = workload.batch(2)
        batch.expected = ["environment/production": .exactly(7)]
        _ = try? await ledger.append(batch)
        await workload.append(workload.batch(1), to: ledger)
    }

    /// Batches that are recorded together, with bodies.
    static let group = FaultScenario(name: "a group") { workload, ledger in
        let batches = (0..<4).map { _ in workload.batch(3) }
        await withTaskGroup { group in
            for batch in batches {
                group.addTask { await workload.append(batch, to: ledger) }
            }
        }
    }

    /// What is recorded is moved into the main file after every commit.
    static let checkpoints = FaultScenario(name: "checkpoints", checkpointBytes: 0) {
        workload, ledger in
        for _ in 0..<2 { await workload.append(workload.batch(2), to: ledger) }
    }

    static let rebuild = FaultScenario(
        name: "a rebuild",
        prepare: { workload, ledger in
            for _ in 0..<3 { await workload.append(workload.batch(3), to: ledger) }
        },
        run: { workload, ledger in
            _ = try? await ledger.rebuild()
            await workload.append(workload.batch(1), to: ledger)
        })

    /// A copy that is whole or not there, over one that was there before.
    static let backup = FaultScenario(
        name: "a backup",
        prepare: { workload, ledger in await workload.append(workload.batch(2), to: ledger) },
        run: { workload, ledger in
            let file = URL(fileURLWithPath: ledger.path).deletingLastPathComponent()
                .appendingPathComponent("copy.db").path
            _ = try? await ledger.backup(to: file, replacing: true)
            await workload.append(workload.batch(1), to: ledger)
        })

    /// Of the last event before, whose body goes with it.
    static let redaction = FaultScenario(
        name: "a redaction",
        prepare: { workload, ledger in
            for _ in 0..<2 { await workload.append(workload.batch(2), to: ledger) }
        },
        run: { workload, ledger in
            let actor = Actor(kind: .user, id: "uid:1000", authentication: .unixPeer)
            await workload.redactLast(in: ledger, actor)
            await workload.append(workload.batch(1), to: ledger)
        })

    /// Of everything that was on record before; what is not here any more must be in the archive.
    static let archive = FaultScenario(
        name: "an archive",
        prepare: { workload, ledger in
            for _ in 0..<2 { await workload.append(workload.batch(2), to: ledger) }
            workload.bench.pass(.seconds(3600))
        },
        run: { workload, ledger in
            try? await workload.moveOld(from: ledger)
            await workload.append(workload.batch(1), to: ledger)
        },
        repeated: { workload, ledger in
            if try await !workload.isArchived(ledger) { try await workload.moveOld(from: ledger) }
        })

    /// Heads that are signed between appends.
    static let signing = FaultScenario(name: "signed checkpoints") { workload, ledger in
        for _ in 0..<2 {
            await workload.append(workload.batch(1), to: ledger)
            await workload.sign(ledger)
        }
    }

    static let kills = FaultScenario(name: "kills", checkpointBytes: 0) { workload, ledger in
        for count in 1..<4 { await workload.append(workload.batch(count), to: ledger) }
    }
}

/// The ledger that a scenario starts from.
struct FaultBase {
    let scenario: FaultScenario
    let bench: Bench
    private(set) var prepared: [Workload.Attempt] = []

    init(_ scenario: FaultScenario, isEmpty: Bool = false) async throws {
        self.scenario = scenario
        bench = try Bench()
        if isEmpty { return }
        let ledger = try bench.create(signedBy: bench.signer)
        let workload = Workload(bench)
        try await scenario.prepare(workload, ledger)
        prepared = workload.attempts
    }

    /// Work that begins where this base ends.
    func workload(note: @escaping @Sendable (String) -> Void = { _ in }) -> Workload {
        Workload(bench, after: prepared, note: note)
    }

    /// Copies the ledger as it is on the disk.
    func copy(to folder: URL) throws {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: bench.path + suffix)
        {
            try FileManager.default.copyItem(
                atPath: bench.path + suffix,
                toPath: folder.appendingPathComponent("tidemark.db" + suffix).path)
        }
    }

    func open(_ folder: TemporaryFolder) throws -> SQLiteLedger {
        try SQLiteLedger.openForWriting(
            path: folder.ledger, time: bench.time, random: bench.random,
            checkpointBytes: scenario.checkpointBytes)
    }

    func openOrCreate(_ folder: TemporaryFolder) throws -> SQLiteLedger {
        if FileManager.default.fileExists(atPath: folder.ledger) { return try open(folder) }
        return try SQLiteLedger.create(
            path: folder.ledger, programVersion: "test", tokenKeyID: "00000000", time: bench.time,
            random: bench.random)
    }
}

extension TemporaryFolder {
    var ledger: String { url.appendingPathComponent("tidemark.db").path }
}
