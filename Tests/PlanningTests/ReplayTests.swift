import EventLog
import Foundation
import Model
import Planning
import TestSupport
import Testing

/// Plans are made again from what they were decided from.
@Suite("Replay")
struct ReplayTests {
    /// The cases of which a pair, input and plan, is kept for every planner that was ever released.
    private static let cases: [(name: String, objects: String)] = [
        (
            "waves",
            """
            missing  Namespace  shop wave=5
            missing  Deployment web wave=1
            modified Service    web wave=1
            same     ConfigMap  app wave=-1
            missing  Secret     app wave=0 foreign
            """
        ),
        (
            "hooks",
            """
            missing  Job        migrate hook=PreSync live policy=BeforeHookCreation,HookSucceeded
            modified Deployment web wave=2
            missing  Job        smoke hook=PostSync,SyncFail policy=HookFailed
            """
        ),
        (
            "prunes",
            """
            modified  ConfigMap  app wave=1
            extra     ConfigMap  old-a wave=1
            extra     Deployment old-b wave=2
            extra     Secret     kept wave=0 keep
            extra     Service    last wave=0 pruneLast
            """
        ),
    ]

    /// A later planner reproduces every pair, or a file beside it lists what it means to do otherwise.
    @Test func everyPairThatWasReleasedComesOutAsItWas() throws {
        let folder = goldenFolder().appendingPathComponent("replays")
        for (name, objects) in Self.cases {
            let recorded = RecordedInput(input(objects))
            let version = SyncPlan.currentVersion
            #expect(
                try goldenDifference(text(recorded.bytes), "replays/\(name).v\(version).input.json")
                    == nil)
            #expect(
                try goldenDifference(
                    text(plan(recorded.input).bytes), "replays/\(name).v\(version).plan.json")
                    == nil)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".input.json") }.map { String($0.dropLast(11)) }.sorted()
        #expect(names.count >= Self.cases.count)
        for name in names {
            let recorded = try RecordedInput(read(folder, "\(name).input.json"))
            let plan = try RecordDecoder.decode(
                SyncPlan.self, from: read(folder, "\(name).plan.json"))
            let replay = Replay(of: plan, from: recorded)
            let intended = try? String(
                contentsOf: folder.appendingPathComponent("\(name).changed.txt"), encoding: .utf8)
            let differences = replay.differences.map { "\($0.side.rawValue) \($0.text)\n" }.joined()
            #expect(differences == intended ?? "", "\(name)")
            #expect(!replay.isContradiction, "\(name)")
        }
    }

    private func read(_ folder: URL, _ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func theStoredInputGivesTheSamePlanWhateverTheOrderOfItsObjects() throws {
        for seed in 0..<100 {
            var generator = SeededGenerator(seed: seed)
            let lines = randomObjects(&generator)
            let planning = input(lines.joined(separator: "\n"))
            let shuffled = input(lines.shuffled(using: &generator).joined(separator: "\n"))
            let bytes = RecordedInput(planning).bytes
            #expect(bytes == RecordedInput(shuffled).bytes, "seed \(seed)")
            let read = try RecordedInput(bytes).input
            #expect(plan(read) == plan(planning), "seed \(seed)")
            #expect(read.desiredDigest == planning.desiredDigest, "seed \(seed)")
            #expect(read.liveDigest == planning.liveDigest, "seed \(seed)")
        }
    }

    private func randomObjects(_ generator: inout SeededGenerator) -> [String] {
        let kinds = ["ConfigMap", "Secret", "Deployment", "Namespace", "Widget"]
        let options = [
            "", " keep", " pruneLast", " foreign", " hook=PreSync live", " hook=PostSync",
        ]
        return (0..<Int.random(in: 1...20, using: &generator)).map { index in
            let verdict = ["missing", "modified", "same", "extra"].randomElement(using: &generator)
            let kind = kinds.randomElement(using: &generator) ?? ""
            let option = options.randomElement(using: &generator) ?? ""
            return "\(verdict ?? "same") \(kind) o\(index) wave=\(index % 4 - 1)\(option)"
        }
    }

    private func check(_ questions: String..., gives expected: String) throws {
        let planning = input(Self.cases[2].objects)
        let replay = Replay(
            of: plan(planning), from: RecordedInput(planning),
            asking: try questions.map { try WhatIf($0) })
        let lines =
            replay.differences.map { "\($0.side == .recorded ? "-" : "+") \($0.text)" }
            + (replay.isInWindow == false ? ["closed"] : [])
        #expect(lines.joined(separator: "\n") == expected)
    }

    @Test func otherFactsGiveAnotherPlan() throws {
        try check(gives: "")
        try check("prune=true", gives: "")
        try check(
            "prune=false",
            gives: """
                - Sync 1 prune, prune: Deployment/old-b -n shop
                - Sync 2 prune, prune: ConfigMap/old-a -n shop
                - Sync 3 prune, prune: Service/last -n shop
                + keep ConfigMap/old-a -n shop: ignored (requires pruning)
                + keep Deployment/old-b -n shop: ignored (requires pruning)
                + keep Service/last -n shop: ignored (requires pruning)
                """)
        try check("window=deny * * * * * 1m", gives: "closed")
        try check("window=allow 0 0 1 1 * 1m", gives: "closed")
    }

    @Test func aTimeMayLackItsSeconds() throws {
        #expect(try WhatIf("time=2026-11-02T10:00Z") == WhatIf("time=2026-11-02T10:00:00Z"))
    }

    @Test(arguments: [
        ("prune", "\"prune\" asks nothing"),
        ("prune=maybe", "prune is true or false, not \"maybe\""),
        ("color=red", "a plan is not decided from \"color\""), ("time=soon", "time is a time"),
        ("window=deny", "window is a kind"), ("window=deny 61 * * * * 1h", "window is a kind"),
    ])
    func aQuestionThatCannotBeAskedIsRefused(_ text: String, _ expected: String) {
        do {
            _ = try WhatIf(text)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.summary.hasPrefix(expected))
        }
    }
}

extension RecordedInput {
    fileprivate init(_ bytes: [UInt8]) throws {
        self = try RecordDecoder.decode(RecordedInput.self, from: bytes)
    }
}
