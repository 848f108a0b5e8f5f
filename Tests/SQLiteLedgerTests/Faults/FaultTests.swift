import EventLog
import Foundation
import Model
import SQLiteLedger
import TestSupport
import Testing

/// A disk that fails at every point where it can, and power that goes at every moment.
///
/// The work is done in children of this program, which run with `Fixtures/faults.c` before their disk.
@Suite("A failing disk")
struct FaultTests {
    private static let canRun = ConditionTrait.enabled(
        if: FaultChild.canRun, "SKIPPED: there is no C compiler (cc) for Fixtures/faults.c")

    /// Failed operations, a full disk, power cuts and failed syncs, each in a child; all at the same time.
    @Test(canRun) func nothingIsLostWhateverTheDiskDoes() throws {
        let children = try [
            "inChildErrors", "inChildFullDisk", "inChildPowerCuts", "inChildFailedSyncs",
        ]
        .map { ($0, try FaultChild.start($0)) }
        for (test, child) in children {
            let (status, output) = try child.end()
            let lines = output.split(separator: "\n")
            for line in lines where line.hasPrefix("faults:") { print(line) }
            let problems = lines.filter { $0.contains("recorded an issue") || $0.contains("↳") }
            #expect(status == 0, "\(test): \(problems.prefix(8).joined(separator: "\n"))")
        }
    }

    /// Processes that are killed before an operation, and in the middle of a write.
    @Test(canRun) func nothingIsLostWhenTheProcessIsKilled() async throws {
        let scenario = FaultScenario.kills
        let reference = try await FaultBase(scenario)
        let workload = reference.workload()
        await scenario.run(workload, try reference.bench.open())
        var runs = 0
        for mode in [FaultShim.Mode.kill, .tornKill] {
            // Every seventh: that all of them are sound is shown by the images of power cuts.
            for number in stride(from: mode == .kill ? 1 : 4, to: .max, by: 7) {
                let copy = try TemporaryFolder()
                let base = try await FaultBase(scenario)
                try base.copy(to: copy.url)
                let acknowledgements = base.bench.folder.url.appendingPathComponent("acknowledged")
                let (status, _) = try FaultChild.start(
                    "inChildKilled",
                    [
                        "FOLDER": copy.url.path, "MODE": "\(mode.rawValue)", "AT": "\(number)",
                        "ACKNOWLEDGED": acknowledgements.path,
                    ]
                ).end()
                let text = (try? String(contentsOf: acknowledgements, encoding: .utf8)) ?? ""
                let acknowledged = Set(text.split(separator: "\n").compactMap { Int($0) })
                let ledger = try SQLiteLedger.openForWriting(path: copy.ledger)
                let problems = try await workload.problems(ledger, acknowledged: acknowledged)
                #expect(problems == [], "\(mode) at \(number)")
                runs += 1
                guard status != 0 else { break }
                #expect(status == 99)
            }
        }
        print("faults: killed \(runs - 2) times")
    }
}

extension FaultTests {
    private static let isChild = ConditionTrait.enabled(
        if: FaultChild.isOne, "runs within another test")

    @Test(isChild) func inChildErrors() async throws {
        let shim = try FaultShim()
        for scenario in FaultScenario.all {
            for (mode, isSticky) in [
                (FaultShim.Mode.ioError, false), (.ioError, true), (.readError, false),
            ] {
                let count = try await breakEach(scenario, shim, mode, isSticky: isSticky)
                print("faults: \(scenario.name), \(mode)\(isSticky ? " for good" : ""): \(count)")
            }
        }
    }

    @Test(isChild) func inChildFullDisk() async throws {
        let shim = try FaultShim()
        for scenario in FaultScenario.all {
            let count = try await breakEach(scenario, shim, .diskFull, isSticky: true)
            print("faults: \(scenario.name), disk full: \(count)")
        }
    }

    /// Runs a scenario once for each of its operations, which fails.
    ///
    /// - Returns: How many operations there were.
    private func breakEach(
        _ scenario: FaultScenario, _ shim: FaultShim, _ mode: FaultShim.Mode, isSticky: Bool
    ) async throws -> Int {
        let base = try await FaultBase(scenario)
        // Each operation fails once; that it goes on failing is tried with every third.
        let step = isSticky && mode != .diskFull ? 3 : 1
        var number = 1
        while try await breakOne(base, shim, mode, at: number, isSticky: isSticky) {
            number += step
        }
        return (number - 1) / step
    }

    private func breakOne(
        _ base: FaultBase, _ shim: FaultShim, _ mode: FaultShim.Mode, at number: Int,
        isSticky: Bool
    ) async throws -> Bool {
        let context = "\(base.scenario.name), \(mode) at \(number)\(isSticky ? " for good" : "")"
        let folder = try TemporaryFolder()
        try base.copy(to: folder.url)
        let workload = base.workload()
        let ledger = try base.open(folder)
        let reader = try SQLiteLedger.openForReading(path: folder.ledger)
        let head = try await reader.head()
        shim.arm(folder.url, mode, at: number, isSticky: isSticky)
        await base.scenario.run(workload, ledger)
        if mode == .diskFull {
            // Reading goes on, and the reason is told.
            #expect(try await reader.head() >= head, "\(context)")
            #expect(try await ledger.events(after: 0, limit: 1).count == 1, "\(context)")
            let others = workload.errors.filter { $0 != .full }
            #expect(others == [], "\(context)")
        }
        let hasFailed = shim.disarm()
        // The same ledger goes on by itself.
        await workload.append(workload.batch(1), to: ledger)
        await workload.retry(ledger)
        #expect(workload.acknowledged.count == workload.attempts.count, "\(context)")
        #expect(!ledger.isFull, "\(context)")
        let before = try await workload.problems(ledger, acknowledged: workload.acknowledged)
        #expect(before == [], "\(context), before it is repeated")
        await #expect(throws: Never.self, "\(context)") {
            try await base.scenario.repeated(workload, ledger)
        }
        let problems = try await workload.problems(ledger, acknowledged: workload.acknowledged)
        #expect(problems == [], "\(context)")
        return hasFailed
    }

    @Test(isChild) func inChildPowerCuts() async throws {
        let shim = try FaultShim()
        for scenario in [FaultScenario.creation] + FaultScenario.all {
            let seed = UInt64.random(in: 0...UInt64.max)
            var generator = SeededGenerator(seed: seed)
            let isCreation = scenario.name == FaultScenario.creation.name
            let base = try await FaultBase(scenario, isEmpty: isCreation)
            let start = try TemporaryFolder()
            try base.copy(to: start.url)
            var disk = try CrashDisk(start.url)
            let workload = base.workload { shim.note($0) }
            let (operations, _) = try await shim.recording(start.url) {
                let ledger = try base.openOrCreate(start)
                shim.note("open")
                await scenario.run(workload, ledger)
            }
            var acknowledged = Set(base.prepared.indices)
            var isOpen = !isCreation
            var images = 0
            var heads = 0
            for (number, operation) in operations.enumerated() {
                let matters = disk.apply(operation)
                if case .note(let text) = operation {
                    if text == "open" { isOpen = true }
                    if text == "head" { heads += 1 }
                    if let number = Int(text.dropFirst(4)) { acknowledged.insert(number) }
                }
                guard matters else { continue }
                for fate in disk.fates(&generator) {
                    let folder = try TemporaryFolder()
                    try disk.image(fate, in: folder.url, &generator)
                    images += 1
                    let problems = try await self.problems(
                        workload, folder, acknowledged, heads: heads, mustExist: isOpen)
                    #expect(
                        problems == [],
                        "\(scenario.name), seed \(seed): \(fate) after operation \(number)")
                }
            }
            print("faults: \(scenario.name), seed \(seed): \(images) images after a power cut")
        }
    }

    private func problems(
        _ workload: Workload, _ folder: TemporaryFolder, _ acknowledged: Set<Int>,
        heads: Int = .max,
        mustExist: Bool
    ) async throws -> [String] {
        let ledger: SQLiteLedger
        do {
            ledger = try SQLiteLedger.openForWriting(path: folder.ledger)
        } catch LedgerError.notFound where !mustExist {
            return []
        } catch {
            return ["\(error)"]
        }
        return try await workload.problems(ledger, acknowledged: acknowledged, heads: heads)
    }

    @Test(isChild) func inChildFailedSyncs() async throws {
        let shim = try FaultShim()
        for scenario in FaultScenario.all {
            let base = try await FaultBase(scenario)
            var number = 1
            var hasFailed = true
            while hasFailed {
                let start = try TemporaryFolder()
                try base.copy(to: start.url)
                var disk = try CrashDisk(start.url)
                let workload = base.workload()
                let (operations, failed) = try await shim.recording(
                    start.url, .syncError, at: number
                ) {
                    let ledger = try? base.open(start)
                    guard let ledger else { return }
                    await scenario.run(workload, ledger)
                    await workload.retry(ledger)
                    await workload.append(workload.batch(1), to: ledger)
                }
                for operation in operations { _ = disk.apply(operation) }
                for fate in CrashDisk.Fate.allCases {
                    var generator = SeededGenerator(seed: number)
                    let folder = try TemporaryFolder()
                    try disk.image(fate, in: folder.url, &generator)
                    let problems = try await self.problems(
                        workload, folder, workload.acknowledged, mustExist: true)
                    #expect(problems == [], "\(scenario.name), sync \(number): \(fate)")
                }
                hasFailed = failed
                number += 1
            }
            print("faults: \(scenario.name), failed syncs: \(number - 2)")
        }
    }

    @Test(isChild) func inChildKilled() async throws {
        guard let path = FaultChild.argument("FOLDER"),
            let file = FaultChild.argument("ACKNOWLEDGED"),
            let mode = FaultChild.argument("MODE").flatMap({ Int32($0) }).flatMap(
                FaultShim.Mode.init),
            let number = FaultChild.argument("AT").flatMap({ Int($0) })
        else { return }  // Another child, which runs another test of this suite.
        try Data().write(to: URL(fileURLWithPath: file))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        let shim = try FaultShim()
        let folder = URL(fileURLWithPath: path)
        let base = try await FaultBase(.kills, isEmpty: true)
        let workload = base.workload {
            try? handle.write(contentsOf: Data("\($0.dropFirst(4))\n".utf8))
        }
        let ledger = try SQLiteLedger.openForWriting(
            path: folder.appendingPathComponent("tidemark.db").path)
        shim.arm(folder, mode, at: number)
        await FaultScenario.kills.run(workload, ledger)
        shim.disarm()
    }
}
