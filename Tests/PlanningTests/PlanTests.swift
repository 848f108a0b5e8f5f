import Declarations
import Digests
import EventLog
import Model
import Planning
import TestSupport
import Testing

@Suite("Sync plan")
struct PlanTests {
    @Test func wavesAscendAndKindsHaveTheirOrder() {
        check(
            """
            missing Deployment web wave=1
            missing Service    web wave=1
            missing ConfigMap  app wave=1
            missing Secret     app wave=0
            """,
            gives: """
                1 Sync 0 create Secret/app
                2 Sync 1 create ConfigMap/app
                3 Sync 1 create Service/web
                4 Sync 1 create Deployment/web
                """)
    }

    @Test func whatIsInSyncIsWaitedForAndNotCalled() {
        check(
            """
            same     Deployment web wave=0
            modified ConfigMap  app wave=1
            """,
            gives: """
                1 Sync 0 none Deployment/web
                2 Sync 1 update ConfigMap/app
                """)
    }

    @Test func aNamespaceMovesBeforeItsFirstUser() {
        check(
            """
            missing Namespace shop wave=5
            missing Job       migrate hook=PreSync
            missing ConfigMap app wave=0
            """,
            gives: """
                1 PreSync 0 create Namespace/shop
                2 PreSync 0 hook Job/migrate
                3 Sync 0 create ConfigMap/app
                """)
    }

    @Test func prunesRunInTheReverseOrderOfTheirWaves() {
        check(
            """
            modified ConfigMap app wave=1
            extra    ConfigMap old-a wave=1
            extra    ConfigMap old-b wave=2
            extra    Deployment old-c wave=2
            """,
            gives: """
                1 Sync 1 prune Deployment/old-c
                2 Sync 1 prune ConfigMap/old-b
                3 Sync 1 update ConfigMap/app
                4 Sync 2 prune ConfigMap/old-a
                """)
    }

    @Test func pruneLastComesAfterEverything() {
        check(
            """
            modified ConfigMap app wave=3
            extra    ConfigMap old wave=0 pruneLast
            """,
            gives: """
                1 Sync 3 update ConfigMap/app
                2 Sync 4 prune ConfigMap/old
                """)
    }

    @Test func aForbiddenPruneIsSkippedWithItsReason() {
        check(
            """
            same  ConfigMap app wave=0
            extra ConfigMap old wave=0 keep
            """,
            gives: """
                1 Sync 0 none ConfigMap/app
                skipped ConfigMap/old: ignored (no prune)
                """)
    }

    @Test func withoutPruningExtraObjectsStay() {
        check(
            "extra ConfigMap old wave=0", pruning: false,
            gives: "skipped ConfigMap/old: ignored (requires pruning)")
    }

    @Test func aHookIsDeletedBeforeItIsMadeAnewAndAfterItSucceeded() {
        check(
            """
            missing Job migrate hook=PreSync live policy=BeforeHookCreation,HookSucceeded
            missing Job smoke hook=PostSync policy=HookFailed
            """,
            gives: """
                1 PreSync 0 cleanup Job/migrate
                2 PreSync 0 hook Job/migrate
                3 PreSync 0 cleanup Job/migrate when HookSucceeded of 2
                4 PostSync 0 hook Job/smoke
                5 PostSync 0 cleanup Job/smoke when HookFailed of 4
                """)
    }

    @Test func ownershipMovesBeforeTheApply() {
        check(
            "same Deployment web wave=0 foreign",
            gives: """
                1 Sync 0 moveOwnership Deployment/web
                2 Sync 0 update Deployment/web
                """)
    }

    @Test func onlyNamedObjectsAreTouchedAndNoHooksRun() {
        check(
            """
            modified ConfigMap a wave=0
            modified ConfigMap b wave=0
            missing  Job migrate hook=PreSync
            """,
            only: ["ConfigMap/b"],
            gives: "1 Sync 0 update ConfigMap/b")
    }

    @Test func onlyOutOfSyncObjectsWithTheOption() {
        check(
            """
            same     Deployment web wave=0
            modified ConfigMap  app wave=1
            """,
            outOfSyncOnly: true,
            gives: "1 Sync 1 update ConfigMap/app")
    }

    @Test func theOrderOfTheInputDoesNotMatter() {
        let lines = (0..<40).map { index in
            let kinds = ["ConfigMap", "Secret", "Deployment", "Service", "Widget", "Job"]
            let verdicts = ["missing", "modified", "same", "extra"]
            return "\(verdicts[index % 4]) \(kinds[index % 6]) o\(index) wave=\(index % 3 - 1)"
        }
        let expected = text(of: plan(input(lines.joined(separator: "\n"))))
        for seed in 0..<50 {
            var generator = SeededGenerator(seed: seed)
            let shuffled = lines.shuffled(using: &generator).joined(separator: "\n")
            #expect(text(of: plan(input(shuffled))) == expected, "seed \(seed)")
        }
    }

    @Test func aPlanReadsBackFromItsBytes() throws {
        let made = plan(input("missing Deployment web wave=1\nmissing Job m hook=PreSync,PostSync"))
        #expect(try RecordDecoder.decode(SyncPlan.self, from: made.bytes) == made)
    }
}

// MARK: - The one way to plan

private func check(
    _ objects: String, pruning: Bool = true, only: Set<String> = [], outOfSyncOnly: Bool = false,
    gives expected: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    var planning = input(objects)
    planning.isPruning = pruning
    planning.onlyOutOfSync = outOfSyncOnly
    planning.onlyObjects = Set(planning.compared.keys.filter { only.contains($0.shortText) })
    #expect(text(of: plan(planning)) == expected, sourceLocation: sourceLocation)
}

private typealias SourceLocation = Testing.SourceLocation

func text(of plan: SyncPlan) -> String {
    let steps = plan.steps.map { step in
        let verb = step.action == .moveOwnership ? "moveOwnership" : step.change.rawValue
        var line =
            "\(step.number) \(step.phase.rawValue) \(step.wave) \(verb) \(step.key.shortText)"
        if let condition = step.condition {
            line += " when \(condition == .hookSucceeded ? "HookSucceeded" : "HookFailed")"
            line += " of \(step.hookStep ?? 0)"
        }
        return line
    }
    let skipped = plan.pruneSkipped.map { "skipped \($0.key.shortText): \($0.reason)" }
    return (steps + skipped).joined(separator: "\n")
}

/// Each line: verdict, kind, name, then `wave=N`, `hook=PHASE,…`, `policy=…`, `live`, `keep`, `pruneLast`, `foreign`.
func input(_ objects: String) -> PlanningInput {
    var input = PlanningInput(
        application: "shop", environment: "dev", commit: String(repeating: "a", count: 40),
        desired: [], compared: [:], time: Timestamp(seconds: 1_700_000_000))
    input.isPruning = true
    for line in objects.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        let options = Dictionary(
            words.dropFirst(3).map { word in
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }, uniquingKeysWith: { first, _ in first })
        add(words, options, to: &input)
    }
    return input
}

private func add(_ words: [String], _ options: [String: String], to input: inout PlanningInput) {
    let key = ObjectKey(
        group: "", kind: words[1], namespace: words[1] == "Namespace" ? "" : "shop", name: words[2])
    let verdict = ObjectVerdict(rawValue: words[0]) ?? .unknown
    let wave = Int(options["wave"] ?? "0") ?? 0
    var directives = ResourceDirectives(wave: wave)
    if let phases = options["hook"] {
        directives.role = .hook(
            phases.split(separator: ",").compactMap { Phase(rawValue: String($0)) })
        let policies = (options["policy"] ?? "BeforeHookCreation").split(separator: ",")
        directives.deletePolicies = Set(
            policies.compactMap { ResourceDirectives.DeletePolicy(rawValue: String($0)) })
        if options["live"] != nil { input.liveHooks[key] = "uid-\(words[2])" }
    }
    let isLive = verdict != .missing
    if verdict != .extra {
        input.desired.append(
            DesiredObject(
                key: key, apiVersion: "v1", body: Digest(of: key.description),
                directives: directives))
    }
    guard !directives.isHook else { return }
    input.compared[key] = ComparedObject(
        verdict: verdict, uid: isLive ? "uid-\(words[2])" : nil,
        needsOwnershipMove: options["foreign"] != nil, liveWave: wave,
        isPruneForbidden: options["keep"] != nil, isPrunedLast: options["pruneLast"] != nil,
        liveAPIVersion: "v1")
}
