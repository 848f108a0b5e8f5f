import Declarations
import Digests
import EventLog
import Model
import Planning
import Projections
import Testing

/// What is decided about an application whose syncs people must agree to.
///
/// A line says what is seen or on record:
///
///     changed app                          Git wants another body than was applied last
///     drifted app                          the cluster has another body than was applied last
///     saved plan-1 [for old] [by ACCOUNT]  a plan for what Git wants now, by Tidemark unless said
///     approved plan-1 by b via sshSignature [of another]
///     rejected plan-1 by b via unixPeer
///     used plan-1
///     failed 2                             so many attempts at this commit
@Suite("Approval")
struct ApprovalTests {
    @Test func aChangeIsOfferedAsAPlanOnce() {
        check("changed app", gives: "save the plan")
        check(
            """
            changed app
            saved plan-1
            """, gives: "refuse waitingForApproval: waits for approval of plan-1")
    }

    @Test func theSameRefusalIsNotRecordedTwice() {
        let known = ApplicationRow.Refusal {
            $0.commit = "c2"
            $0.message =
                "waits for approval of plan-1: tidemark show plan-1, then tidemark approve plan-1"
            $0.reason = .waitingForApproval
        }
        check(
            """
            changed app
            saved plan-1
            """, known: known, gives: "")
        check(
            """
            changed app
            saved plan-1
            saved plan-2
            """, known: known, gives: "refuse waitingForApproval: waits for approval of plan-2")
    }

    @Test func anApprovalThatCountsRunsThePlan() {
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by b via sshSignature
            """, gives: "run plan-1")
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by uid:1000 via unixPeer
            """, gives: "run plan-1")
    }

    @Test func aMereClaimNeverCounts() {
        for way in ["asserted", "forgeReview", "oidc", "system"] {
            check(
                """
                changed app
                saved plan-1
                approved plan-1 by b via \(way)
                rejected plan-1 by c via \(way)
                """, gives: "refuse waitingForApproval: waits for approval of plan-1")
        }
    }

    @Test func onlyTheWaysThatTheRuleNamesCount() {
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by uid:1000 via unixPeer
            """, rules: [.init(authentication: [.sshSignature])],
            gives: "refuse waitingForApproval: waits for approval of plan-1")
    }

    @Test func anAuthorDoesNotApproveTheOwnChange() {
        for account in ["a@example.com", "A@Example.com", "engineer-a", "uid:7"] {
            check(
                """
                changed app
                saved plan-1
                approved plan-1 by \(account) via sshSignature
                """, gives: "refuse waitingForApproval: waits for approval of plan-1")
        }
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by a@example.com via sshSignature
            """, rules: [.init(isNotAuthor: false)], gives: "run plan-1")
    }

    @Test func twoAccountsOfOnePersonAreOneApproval() {
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by b@example.com via sshSignature
            approved plan-1 by uid:8 via unixPeer
            """, rules: [.init(count: 2)],
            gives: "refuse waitingForApproval: waits for approval of plan-1")
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by b@example.com via sshSignature
            approved plan-1 by uid:9 via unixPeer
            """, rules: [.init(count: 2)], gives: "run plan-1")
    }

    @Test func theRulesOfEnvironmentAndApplicationBothHold() {
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by uid:9 via unixPeer
            """, rules: [.standard, .init(authentication: [.sshSignature])],
            gives: "refuse waitingForApproval: waits for approval of plan-1")
    }

    @Test func anApprovalOfAnotherPlanDoesNotCount() {
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by b via sshSignature of another
            """, gives: "refuse waitingForApproval: waits for approval of plan-1")
    }

    @Test func aNewCommitNeedsANewPlan() {
        check(
            """
            changed app
            saved plan-1 for old
            approved plan-1 by b via sshSignature
            """, gives: "save the plan")
    }

    @Test func aPlanThatReplacedAStaleOneNeedsItsOwnApproval() {
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by b via sshSignature
            saved plan-2
            """, gives: "refuse waitingForApproval: waits for approval of plan-2")
    }

    @Test func aRejectedPlanIsNotOfferedAgainForTheSameManifests() {
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by b via sshSignature
            rejected plan-1 by a@example.com via sshSignature
            """, gives: "refuse waitingForApproval: plan-1 was rejected by engineer-a: no")
        check(
            """
            changed app
            saved plan-1 for old
            rejected plan-1 by b via sshSignature
            """, gives: "save the plan")
    }

    @Test func aPlanThatSomebodySavedMayBePartialAndDoesNotRunByItself() {
        check(
            """
            changed app
            saved plan-1 by uid:9
            approved plan-1 by b via sshSignature
            """, gives: "save the plan")
    }

    @Test func driftBackToWhatWasAppliedHealsWithoutAsking() {
        check("drifted app", gives: "sync selfHeal ConfigMap/app")
        check(
            """
            drifted app
            changed web
            """, gives: "save the plan")
    }

    @Test func anApprovedPlanThatFailedIsTriedAgainUntilAnotherOneRan() {
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by b via sshSignature
            used plan-1
            failed 1
            """, gives: "sync automated")
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by b via sshSignature
            used plan-1
            saved plan-2 for old
            used plan-2
            """, gives: "save the plan")
    }

    @Test func objectsOfAnApplicationThatLeftGitAreNotPrunedBehindAnybodysBack() {
        for (rules, expected) in [
            ([Settings.ApprovalRule.standard], "refuse waitingForApproval: it left Git; "),
            ([], "sync removal"),
        ] {
            var world = ApprovalScript(rules, false)
            let key = ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: "app")
            world.observation.objects[key] = Observation.Object(verdict: .extra, isPrunable: true)
            let decisions = decideRemoval(
                of: world.application, running: nil, isLastOfFolder: false, world.observation)
            #expect(decisions.compactMap(words).joined().hasPrefix(expected))
        }
    }

    @Test func withoutARuleNobodyIsAsked() {
        check("changed app", rules: [], gives: "sync automated")
    }

    @Test func aCommitThatIsNotVerifiedIsRefusedWhereASignatureIsRequired() {
        let cases: [(CommitObserved.Signature?, String)] = [
            (CommitObserved.Signature.none, "it has no signature"),
            (.invalid, "its signature is not good"),
            (.untrusted, "the trusted keys do not vouch for its signature"),
            (.unverified, "its signature could not be verified"),
            (nil, "it was not looked at yet"),
        ]
        for (signature, why) in cases {
            check(
                "changed app", rules: [], signature: signature, requiresSignature: true,
                gives:
                    "refuse unsignedCommit: commit c2 is not signed by a trusted key: \(why)")
        }
        check(
            "changed app", rules: [], signature: .verified, requiresSignature: true,
            gives: "sync automated")
        check(
            """
            changed app
            saved plan-1
            approved plan-1 by b via sshSignature
            """, signature: .untrusted, requiresSignature: true,
            gives: "refuse unsignedCommit: commit c2 is not signed by a trusted key: "
                + "the trusted keys do not vouch for its signature")
    }
}

// MARK: - Checking

extension ApprovalTests {
    private func check(
        _ script: String, rules: [Settings.ApprovalRule] = [.standard],
        known: ApplicationRow.Refusal? = nil, signature: CommitObserved.Signature? = nil,
        requiresSignature: Bool = false, gives expected: String,
        _ location: Testing.SourceLocation = #_sourceLocation
    ) {
        var world = ApprovalScript(rules, requiresSignature)
        world.application.refusal = known
        world.observation.signature = signature
        for line in script.split(separator: "\n") { world.read(line.split(separator: " ")) }
        let decisions = decide(
            world.application, objects: [:], running: nil, plans: world.plans, world.observation)
        let text = decisions.compactMap(words).joined(separator: "\n")
        #expect(text == expected, sourceLocation: location)
    }

    private func words(_ decision: Decision) -> String? {
        switch decision {
        case .savePlan: "save the plan"
        case .runPlan(let name): "run \(name)"
        case .sync(let request):
            (["sync \(request.trigger.rawValue)"] + request.onlyObjects.map(\.shortText))
                .joined(separator: " ")
        case .refuse(let refused):
            "refuse \(refused.reason.rawValue): "
                + (refused.message.components(before: ": tidemark"))
        case .wait: "wait"
        case .recordComparison, .recordHealth, .recordObjectHealth, .recordDrift, .resolveDrift,
            .supersede, .remove:
            nil
        }
    }
}

extension String {
    fileprivate func components(before end: String) -> String {
        guard let range = firstRange(of: end) else { return self }
        return String(self[..<range.lowerBound])
    }
}

/// An application, its plans and what is seen of it.
private struct ApprovalScript {
    var application = ApplicationRow()
    var plans: [String: PlanRow] = [:]
    var observation: Observation

    init(_ rules: [Settings.ApprovalRule], _ requiresSignature: Bool) {
        let identities = [
            Settings.Identity(name: "engineer-a", accounts: ["a@example.com", "uid:7"]),
            Settings.Identity(name: "engineer-b", accounts: ["b@example.com", "uid:8"]),
        ]
        let policy = SyncPolicy(
            automated: .init(prune: true, selfHeal: true, allowEmpty: false), retry: .automatic,
            options: .standard)
        observation = Observation(
            now: Timestamp(seconds: 1_800_000_000),
            rules: SyncRules(
                policy: policy, approval: ApprovalRules(rules: rules, identities: identities),
                requiresSignature: requiresSignature), commit: "c2", objects: [:])
        observation.desired = Digest(of: "new")
        observation.authors = ["a@example.com"]
        application.attempts.commit = "c1"
        application.attempts.declaration = application.declaration.digest
    }

    mutating func read(_ words: [Substring]) {
        let name = String(words[1])
        func word(after keyword: String) -> String? {
            words.firstIndex { $0 == keyword[...] }.map { String(words[$0 + 1]) }
        }
        switch words[0] {
        case "changed", "drifted":
            let key = ObjectKey(group: "", kind: "ConfigMap", namespace: "shop", name: name)
            observation.objects[key] = Observation.Object(
                verdict: .modified, isAsLastApplied: words[0] == "drifted")
        case "saved":
            let wanted = word(after: "for") ?? "new"
            let position = Int64(plans.count + 1)
            plans[name] = PlanRow {
                $0.application = "shop"
                $0.saved.inputs.desired = Digest(of: wanted)
                $0.saved.plan = Digest(of: name)
                $0.savedBy =
                    word(after: "by").map { Actor(kind: .user, id: $0, authentication: .unixPeer) }
                    ?? .reconciler
                $0.savedPosition = position
            }
            plans[name]?.saved.inputs.application = application.declaration.digest
        case "used": plans[name]?.usedBy = "sync-1"
        case "failed":
            application.attempts.commit = "c2"
            application.attempts.failures = Int(name) ?? 0
            application.attempts.lastFailed = true
        default:
            let isAnother = words.last == "another"
            plans[name]?.judgements.append(
                Judgement {
                    $0.actor = Actor(
                        kind: .user, id: word(after: "by") ?? "",
                        authentication: Actor.Authentication(rawValue: word(after: "via") ?? "")
                            ?? .asserted)
                    $0.comment = "no"
                    $0.plan = Digest(of: isAnother ? "another" : name)
                    $0.verdict = words[0] == "approved" ? .approved : .rejected
                })
        }
    }
}
