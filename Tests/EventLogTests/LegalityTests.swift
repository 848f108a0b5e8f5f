import Digests
import EventLog
import Model
import Testing

/// The tables of what may follow what, written out; and whole ledgers walked through them.
@Suite("Legality")
struct LegalityTests {
    /// Every state with what each input makes of it; inputs that may not happen are left out.
    private func table<State: CaseIterable & RawRepresentable<String>, Input: CaseIterable>(
        _ inputs: Input.Type, _ next: (State, Input) -> State?
    ) -> String {
        State.allCases.map { state in
            let ways = Input.allCases.compactMap { input in
                next(state, input).map { "\(input)>\($0.rawValue)" }
            }
            return ([state.rawValue + ":"] + ways).joined(separator: " ")
        }.joined(separator: "\n")
    }

    @Test func theTablesAreTheseAndNoOther() {
        #expect(
            table(SyncMachine.Input.self, SyncMachine.next) == """
                none: requested>requested
                requested: planned>planned failed>ended
                planned: started>running succeeded>ended failed>ended
                running: stepped>running succeeded>ended failed>ended
                ended:
                """)
        #expect(
            table(StepMachine.Input.self, StepMachine.next) == """
                none: intended>intended
                intended: outcome>done notCarriedOut>none hookStarted>hookRunning \
                hookFinished>hookEnded
                done: hookStarted>hookRunning hookFinished>hookEnded
                hookRunning: outcome>hookRunning hookFinished>hookEnded
                hookEnded:
                """)
        #expect(
            table(ReachabilityMachine.Input.self, ReachabilityMachine.next) == """
                reachable: unreachable>unreachable
                unreachable: reachable>reachable
                """)
        #expect(
            table(DeclarationMachine.Input.self, DeclarationMachine.next) == """
                absent: declared>declared
                declared: changed>declared removed>absent
                """)
        #expect(
            table(DriftMachine.Input.self, DriftMachine.next) == """
                aligned: detected>drifted
                drifted: detected>drifted resolved>aligned
                """)
        #expect(
            table(PlanMachine.Input.self, PlanMachine.next) == """
                none: saved>saved
                saved: judged>saved used>used
                used: judged>used used>used
                """)
        #expect(
            table(PushMachine.Input.self, PushMachine.next) == """
                idle: intended>intended
                intended: finished>idle
                """)
    }

    private let words: [String: Event] = [
        "requested": .syncRequested(SyncRequested()),
        "planned": .syncPlanned(SyncPlanned()),
        "started": .syncStarted(SyncStarted()),
        "intended": .applyIntended(ApplyIntended { $0.step = 1 }),
        "applied": .objectApplied(ObjectApplied { $0.step = 1 }),
        "pruned": .objectPruned(ObjectPruned { $0.step = 1 }),
        "failed": .objectFailed(ObjectFailed { $0.step = 1 }),
        "refused": .objectFailed(ObjectFailed()),
        "found": .applyRecovered(
            ApplyRecovered {
                $0.outcome = .applied
                $0.step = 1
            }),
        "lost": .applyRecovered(
            ApplyRecovered {
                $0.outcome = .notApplied
                $0.step = 1
            }),
        "hook": .hookStarted(HookStarted { $0.step = 1 }),
        "hookend": .hookFinished(HookFinished { $0.step = 1 }),
        "moved": .ownershipMoved(OwnershipMoved()),
        "succeeded": .syncSucceeded(SyncSucceeded()),
        "syncfailed": .syncFailed(SyncFailed()),
        "terminated": .syncTerminated(SyncTerminated()),
    ]

    /// The findings of one sync, told in the words above; of those with a dash the payload is gone.
    private func findings(_ script: String) -> String {
        var audit = LegalityAudit()
        var position: Int64 = 1
        var findings: [Finding] = []
        for word in script.split(separator: " ").map(String.init) {
            guard let event = words[word.replacing("-", with: "")] else {
                Issue.record("\(word) is no word")
                continue
            }
            position += 1
            let envelope = Envelope {
                $0.position = position
                $0.stream = "sync-1"
                $0.type = EventCodec.name(of: event).type
            }
            if word.hasPrefix("-") {
                audit.skip(envelope)
            } else {
                findings += audit.check(event, envelope)
            }
        }
        return findings.map { "@\($0.position ?? 0) \($0.what)" }.joined(separator: " ")
    }

    private let legal = [
        "requested planned started succeeded",
        "requested planned started intended applied succeeded",
        "requested planned started intended pruned succeeded",
        "requested planned started intended applied moved succeeded",
        "requested planned started intended applied hook hookend succeeded",
        "requested planned started intended failed syncfailed",
        "requested planned refused refused syncfailed",
        "requested syncfailed", "requested terminated", "requested planned terminated",
        "requested planned syncfailed", "requested planned started terminated",
        "requested planned started intended lost intended applied succeeded",
        "requested planned started intended lost terminated",
        "requested planned started intended found hookend succeeded",
        "requested planned started intended applied hook terminated",
    ]

    @Test func whatTheReconcilerRecordsIsLegal() {
        for script in legal { #expect(findings(script) == "", "\(script)") }
    }

    @Test func whatIsLegalStaysSoWhateverPayloadIsGone() {
        for script in legal {
            let words = script.split(separator: " ").map(String.init)
            for gone in words.indices {
                let some = words.enumerated().map { $0 == gone ? "-" + $1 : $1 }
                let text = some.joined(separator: " ")
                #expect(findings(text) == "", "\(text)")
            }
        }
        // What is certain again is held to the tables again.
        #expect(findings("requested -planned started succeeded succeeded") == "@6 sync-1")
        #expect(findings("requested -planned started planned") == "@5 sync-1")
    }

    @Test func whatMayNotHappenIsFound() {
        let scripts = [
            ("planned", "@2 sync-1"), ("requested requested", "@3 sync-1"),
            ("requested started", "@3 sync-1"),
            ("requested planned started succeeded intended", "@6 sync-1"),
            ("requested planned started applied", "@5 sync-1/1"),
            ("requested planned started lost", "@5 sync-1/1"),
            ("requested planned started intended applied applied", "@7 sync-1/1"),
            ("requested planned started intended applied intended", "@7 sync-1/1"),
            ("requested planned started hook", "@5 sync-1/1"),
            ("requested planned started intended succeeded", "@6 sync-1/1"),
            ("requested planned started intended syncfailed", "@6 sync-1/1"),
            ("requested planned intended", "@4 sync-1"),
            ("requested planned moved", "@4 sync-1"),
        ]
        for (script, expected) in scripts {
            #expect(findings(script).hasPrefix(expected), "\(script): \(findings(script))")
        }
    }

    @Test func theFirstEventOpensTheLedger() {
        var audit = LegalityAudit()
        let first = Envelope { $0.position = 1 }
        #expect(audit.check(.syncStarted(SyncStarted()), first).first?.what == "the first event")
        audit = LegalityAudit()
        #expect(audit.check(.ledgerOpened(LedgerOpened()), first) == [])
        #expect(audit.check(.ledgerOpened(LedgerOpened()), first).count == 1)
    }
}
