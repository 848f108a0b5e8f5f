import EventLog
import Health
import Model
import Planning
import Testing

@Suite("Sync run")
struct SyncRunTests {
    @Test func wavesWaitForHealthAndKindsForEachOther() {
        check(
            """
            missing ConfigMap a wave=0
            missing Service   s wave=0
            missing Deployment d wave=0
            missing Deployment e wave=1
            """,
            [
                ("", "perform 1"), ("ok 1", "perform 2"), ("ok 2", "perform 3"),
                ("ok 3; d progressing", "wait d"), ("d healthy", "perform 4"),
                ("ok 4; e progressing", "wait e"), ("e healthy", "succeeded"),
            ])
    }

    @Test func aDegradedObjectFailsTheSync() {
        check(
            "missing Deployment d wave=0\nmissing ConfigMap c wave=1",
            [
                ("", "perform 1"), ("ok 1; d progressing", "wait d"),
                ("d degraded", "failed: Deployment/d: not ready"),
            ])
    }

    @Test func aFailedHookStopsEverythingAndSyncFailRuns() {
        check(
            """
            missing Job migrate hook=PreSync
            missing ConfigMap c wave=0
            missing Job alarm hook=SyncFail
            """,
            [
                ("", "perform 1"), ("ok 1; migrate degraded", "hook 1 failed, perform 3"),
                ("ok 3; alarm healthy", "hook 3 succeeded, failed: Job/migrate: not ready"),
            ])
    }

    @Test func aHookIsDeletedWhenItHasSucceeded() {
        check(
            "missing Job m hook=PreSync policy=HookSucceeded\nmissing ConfigMap c wave=0",
            [
                ("", "perform 1"), ("ok 1; m progressing", "wait m"),
                ("m healthy", "hook 1 succeeded, perform 2"), ("ok 2", "wait m"),
                ("m gone", "perform 3"), ("ok 3; c live", "succeeded"),
            ])
    }

    @Test func prunesAreOverBeforeAnythingIsCreated() {
        check(
            "extra ConfigMap old wave=0\nmissing ConfigMap new wave=0",
            [
                ("old live", "perform 1"), ("ok 1", "wait old"), ("old gone", "perform 2"),
                ("ok 2; new live", "succeeded"),
            ])
    }

    @Test func aCallThatFailsEndsTheSync() {
        check(
            "missing ConfigMap a wave=0\nmissing ConfigMap b wave=0\nmissing ConfigMap c wave=1",
            [("", "perform 1 2"), ("ok 1; fail 2; a live", "failed: ConfigMap/b: refused")])
    }

    @Test func anObjectThatVanishesWhileItIsAwaitedFailsTheSync() {
        check(
            "missing Deployment d wave=0",
            [
                ("", "perform 1"), ("ok 1; d progressing", "wait d"),
                ("d gone", "failed: Deployment/d: vanished from the cluster"),
            ])
    }

    @Test func terminationWaitsForNoHealth() {
        check(
            "missing Deployment d wave=0",
            [
                ("", "perform 1"), ("ok 1; d progressing", "wait d"),
                ("terminate", "terminated: asked to"),
            ])
    }

    @Test func afterAnInterruptionKnownOutcomesAreNotRepeated() {
        let made = plan(input("missing ConfigMap a wave=0\nmissing ConfigMap b wave=1"))
        var run = SyncRun(plan: made, outcomes: [1: .carriedOut])
        let live = [made.steps[0].key: SyncRun.Live(uid: "uid", health: nil)]
        #expect(run.next(live: live).effect == .perform([2]))
    }
}

/// Each step: what happens (`ok N`, `fail N`, `NAME healthy|progressing|degraded|live|gone`, `terminate`), and the answer.
private func check(
    _ objects: String, _ steps: [(String, String)],
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    let made = plan(input(objects))
    var run = SyncRun(plan: made)
    var live: [ObjectKey: SyncRun.Live] = [:]
    for step in made.steps where step.change == .prune || step.change == .none {
        live[step.key] = SyncRun.Live(uid: step.uid ?? "", health: nil)
    }
    for (input, expected) in steps {
        for happening in input.split(separator: ";") {
            let words = happening.split(separator: " ").map(String.init)
            take(words, &run, &live)
        }
        let (effect, hooks) = run.next(live: live)
        if case .perform(let numbers) = effect { run.announce(numbers) }
        let texts = hooks.map { "hook \($0.step) \($0.outcome.rawValue)" } + [text(of: effect)]
        #expect(texts.joined(separator: ", ") == expected, sourceLocation: sourceLocation)
    }
}

private func take(
    _ words: [String], _ run: inout SyncRun, _ live: inout [ObjectKey: SyncRun.Live]
) {
    if words == ["terminate"] { return run.terminate(because: "asked to") }
    if words[0] == "ok" || words[0] == "fail", let number = Int(words[1]) {
        let step = run.plan.steps[number - 1]
        run.record([number: words[0] == "ok" ? .carriedOut : .failed("refused")])
        if words[0] == "ok", step.change != .prune, step.change != .cleanup {
            live[step.key] = SyncRun.Live(uid: "uid-\(number)", health: nil)
        }
        return
    }
    guard let key = run.plan.steps.first(where: { $0.key.name == words[0] })?.key else { return }
    let uid = live[key]?.uid ?? "uid"
    switch words[1] {
    case "gone": live[key] = nil
    case "live": live[key] = SyncRun.Live(uid: uid, health: nil)
    case "healthy": live[key] = SyncRun.Live(uid: uid, health: .init(status: .healthy, message: ""))
    case "progressing":
        live[key] = SyncRun.Live(uid: uid, health: .init(status: .progressing, message: ""))
    default:
        live[key] = SyncRun.Live(uid: uid, health: .init(status: .degraded, message: "not ready"))
    }
}

private func text(of effect: SyncRun.Effect) -> String {
    switch effect {
    case .perform(let steps): "perform \(steps.map(String.init).joined(separator: " "))"
    case .wait(let keys): "wait \(keys.map(\.name).joined(separator: " "))"
    case .finish(.succeeded): "succeeded"
    case .finish(.failed(let message)): "failed: \(message)"
    case .finish(.terminated(let reason)): "terminated: \(reason)"
    }
}
