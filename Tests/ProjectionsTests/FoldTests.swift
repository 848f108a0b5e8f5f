import Digests
import EventLog
import Model
import Projections
import TestSupport
import Testing

@Suite("Folding")
struct FoldTests {
    /// Folds a script and compares what the state says.
    private func check(_ expected: String, _ fill: (inout Script) throws -> Void) throws {
        var script = Script()
        try script.add("application.declared")
        try fill(&script)
        #expect(script.state.table == expected)
    }

    @Test func aSyncThatSucceedsIsTheLastOneSynced() throws {
        try check(
            """
            web: Unknown Unknown last sync-1 synced sync-1 commit c1
              web of web by sync-1
            sync-1 succeeded of web steps 7=applied
            """
        ) { try $0.addSync("sync-1") }
    }

    @Test func aSyncThatFailsLeavesTheOneBeforeAsSynced() throws {
        try check(
            """
            web: Unknown Unknown last sync-2 synced sync-1 commit c1 failures 1
              web of web by sync-1
            sync-1 succeeded of web steps 7=applied
            sync-2 failed of web steps 7=failed
            """
        ) {
            try $0.addSync("sync-1")
            try $0.addSync("sync-2", commit: "c2", outcome: "object.failed", end: "sync.failed")
        }
    }

    @Test func failuresAreCountedForACommitAndStartAgainWithTheNext() throws {
        try check(
            """
            web: Unknown Unknown last sync-3 failures 1
            sync-1 failed of web steps 7=failed
            sync-2 terminated of web steps 7=failed
            sync-3 failed of web steps 7=failed
            """
        ) {
            try $0.addSync("sync-1", outcome: "object.failed", end: "sync.failed")
            try $0.addSync("sync-2", outcome: "object.failed", end: "sync.terminated")
            try $0.addSync("sync-3", commit: "c2", outcome: "object.failed", end: "sync.failed")
        }
    }

    @Test func aSyncWithoutItsEndIsRunningWithItsStepOpen() throws {
        var script = Script()
        try script.add("application.declared")
        try script.addSync("sync-1")
        var state = LedgerState()
        for event in script.events.dropLast(2) { state.apply(event) }
        #expect(
            state.table == """
                web: Unknown Unknown running sync-1 last sync-1
                sync-1 running of web steps 7=open
                """)
    }

    @Test func whatWasNotCarriedOutIsIntendedAgain() throws {
        try check(
            """
            web: Unknown Unknown running sync-1 last sync-1
            sync-1 requested of web steps 7=notApplied
            """
        ) { try addLostIntent(&$0) }
        try check(
            """
            web: Unknown Unknown running sync-1 last sync-1
              web of web by sync-1
            sync-1 requested of web steps 7=applied
            """
        ) {
            try addLostIntent(&$0)
            try $0.add("apply.intended", "web/web", in: "sync-1")
            try $0.add("object.applied", "web/web", in: "sync-1")
        }
    }

    private func addLostIntent(_ script: inout Script) throws {
        try script.add("sync.requested", in: "sync-1") {
            $0.event = .syncRequested(SyncRequested())
        }
        try script.add("apply.intended", "web/web", in: "sync-1")
        try script.add("apply.recovered", "web/web", in: "sync-1")
    }

    @Test func anObjectThatIsPrunedIsGoneWithItsDrift() throws {
        try check(
            """
            web: Unknown Unknown last sync-2 synced sync-2 commit c2
              web of web gone by sync-1
            sync-1 succeeded of web steps 7=applied
            sync-2 succeeded of web steps 7=pruned
            """
        ) {
            try $0.addSync("sync-1")
            try $0.add("drift.detected", "web/web")
            try $0.addSync("sync-2", commit: "c2", outcome: "object.pruned", action: .prune)
        }
    }

    @Test func driftStandsUntilItIsResolved() throws {
        try check(
            """
            web: Unknown Unknown
              web of web drift 3
            """
        ) {
            try $0.add("object.observed", "web/web")
            try $0.add("drift.detected", "web/web")
        }
        try check(
            """
            web: Unknown Unknown
              web of web
            """
        ) {
            try $0.add("drift.detected", "web/web")
            try $0.add("drift.resolved", "web/web")
        }
    }

    @Test func healthIsOfTheObjectOrOfTheApplication() throws {
        try check(
            """
            web: OutOfSync Degraded
              web of web health Degraded
            """
        ) {
            try $0.add("comparison.changed")
            try $0.add("health.changed", "web/web")
            try $0.add("health.changed")
        }
    }

    @Test func aRollbackNamesWhatItUndoesAndMayBeHeld() throws {
        try check(
            """
            web: Unknown Unknown running sync-2 last sync-2 synced sync-1 commit c1 \
            held rolled back to sync-39
              web of web by sync-1
            sync-1 succeeded of web steps 7=applied undone by sync-2
            sync-2 requested of web
            """
        ) {
            try $0.addSync("sync-1")
            try $0.add("sync.requested", in: "sync-2")
            try $0.add("autosync.held")
        }
        try check("web: Unknown Unknown") {
            try $0.add("autosync.held")
            try $0.add("autosync.released")
        }
    }

    @Test func aRefusalStandsUntilTheNextRequest() throws {
        try check("web: Unknown Unknown refused wouldPruneEverything") {
            try $0.add("sync.refused")
        }
        try check(
            """
            web: Unknown Unknown running sync-1 last sync-1
            sync-1 requested of web
            """
        ) {
            try $0.add("sync.refused")
            try $0.add("sync.requested", in: "sync-1")
        }
    }

    @Test func aRemovedApplicationKeepsItsRowAndMayComeBack() throws {
        try check("web: Unknown Unknown removed") { try $0.add("application.removed") }
        try check("web: Unknown Unknown") {
            try $0.add("application.removed")
            try $0.add("application.declared")
        }
    }

    @Test func plansAndPushesAreOpenUntilTheyAreUsed() throws {
        try check(
            """
            web: Unknown Unknown running sync-1 last sync-1
            sync-1 requested of web
            plan-17 used by sync-1
            push manifests|9f3c1a open
            """
        ) {
            try $0.add("plan.saved", in: "plan-17")
            try $0.add("sync.requested", in: "sync-1")
            try $0.add("push.intended", in: "repository/manifests")
        }
        try check("web: Unknown Unknown") {
            try $0.add("push.intended", in: "repository/manifests")
            try $0.add("push.finished", in: "repository/manifests")
        }
    }

    @Test func aRedactedEventChangesNothingButThePosition() throws {
        try check("web: Unknown Unknown") { try $0.add("sync.refused") { $0.event = nil } }
    }
}
