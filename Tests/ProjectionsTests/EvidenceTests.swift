import Digests
import EventLog
import Model
import Projections
import Testing

/// What people said of plans, and what they put on record.
@Suite("Folding approvals and evidence")
struct EvidenceTests {
    @Test func judgementsStandAtTheirPlanInTheOrderInWhichTheyWereGiven() throws {
        var script = Script()
        try script.add("application.declared")
        try script.add("plan.saved", in: "plan-1") { $0.envelope.actor = .reconciler }
        let signer = Actor(kind: .user, id: "b@example.org", authentication: .sshSignature)
        let plan = Digest(of: "plan")
        try script.add("plan.approved", in: "plan-1") {
            $0.envelope.actor = signer
            $0.event = .planApproved(
                PlanApproved {
                    $0.comment = "fine"
                    $0.plan = plan
                    $0.signature = SignatureEvidence { $0.key = "SHA256:x" }
                })
        }
        let account = Actor(kind: .user, id: "uid:1", authentication: .unixPeer)
        try script.add("plan.rejected", in: "plan-1") {
            $0.envelope.actor = account
            $0.event = .planRejected(
                PlanRejected {
                    $0.plan = plan
                    $0.reason = "too late"
                })
        }
        let row = try #require(script.state.plans["plan-1"])
        #expect(row.savedBy == .reconciler)
        #expect(row.judgements.map(\.verdict) == [.approved, .rejected])
        #expect(row.judgements.map(\.actor) == [signer, account])
        #expect(row.judgements.map(\.comment) == ["fine", "too late"])
        #expect(row.judgements.map(\.signingKey) == ["SHA256:x", nil])
        #expect(row.judgements.map(\.plan) == [plan, plan])
        #expect(row.judgements.map(\.position) == [3, 4])
    }

    @Test func evidenceStandsAtItsSyncOrItsCommitAndStaysWhenTheCommitIsSeenAgain() throws {
        var script = Script()
        try script.add("application.declared")
        try script.add("commit.observed", commit: "c1")
        try script.addSync("sync-1")
        for subject in ["sync-1", "c1", "nothing"] {
            try script.add("evidence.attested") {
                $0.event = .evidenceAttested(
                    EvidenceAttested {
                        $0.name = "for \(subject)"
                        $0.subject = subject
                    })
            }
        }
        try script.add("commit.observed", commit: "c1") {
            $0.event = .commitObserved(CommitObserved { $0.signature = .untrusted })
        }
        let state = script.state
        #expect(state.syncs["sync-1"]?.evidence.map(\.attested.name) == ["for sync-1"])
        let commit = try #require(state.commits["c1"])
        #expect(commit.evidence.map(\.attested.name) == ["for c1"])
        #expect(commit.signature == .untrusted && commit.signedBy == nil)
        #expect(commit.position == 2)
    }

    @Test func whatWaitedIsForgottenOnceTheClusterIsAsGitSays() throws {
        for reason in [SyncRefused.Reason.waitingForApproval, .held] {
            var script = Script()
            try script.add("application.declared")
            try script.add("sync.refused") {
                $0.event = .syncRefused(SyncRefused { $0.reason = reason })
            }
            try script.add("comparison.changed") {
                $0.event = .comparisonChanged(ComparisonChanged { $0.status = .synced })
            }
            let refusal = script.state.applications["web"]?.refusal?.reason
            #expect(refusal == (reason == .held ? .held : nil))
        }
    }
}
