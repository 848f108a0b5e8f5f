import Declarations
import EventLog
import Model
import Planning
import Projections
import Testing

/// What becomes of an application that left Git and whose finalizer takes its objects along.
@Suite("Decisions on removal")
struct RemovalTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    private func decide(
        _ objects: [Observation.Object], mode: EnvironmentDeclared.Mode = .apply,
        prunes: Bool = true, isLast: Bool = false, running: SyncTrigger? = nil,
        obstacle: Observation.Obstacle? = nil, row: ApplicationRow = ApplicationRow()
    ) -> String {
        var policy = SyncPolicy.manual
        policy.options.prunes = prunes
        let keyed = objects.enumerated().map { number, object in
            (ObjectKey(group: "", kind: "ConfigMap", namespace: "n", name: "\(number)"), object)
        }
        let observation = Observation(
            now: now, rules: SyncRules(mode: mode, policy: policy), commit: "c", obstacle: obstacle,
            objects: Dictionary(uniqueKeysWithValues: keyed))
        let sync = running.map { trigger in SyncRow { $0.trigger = trigger } }
        return decideRemoval(of: row, running: sync, isLastOfFolder: isLast, observation)
            .map(text).joined(separator: ", ")
    }

    private func text(_ decision: Decision) -> String {
        switch decision {
        case .sync(let request): "sync \(request.trigger) prune \(request.isPruning)"
        case .remove(let isCascaded): isCascaded ? "remove, all gone" : "remove, objects stay"
        case .refuse(let refused): "refuse \(refused.reason)"
        case .supersede: "supersede"
        case .wait(let time): "wait \(time - now)"
        default: "\(decision)"
        }
    }

    private let removable = Observation.Object(verdict: .extra, isPrunable: true)
    private let kept = Observation.Object(verdict: .extra)
    private let going = Observation.Object(verdict: .extra, isBeingDeleted: true)

    @Test func objectsGoFirst() {
        #expect(decide([removable, kept]) == "sync removal prune true")
        #expect(decide([going, removable]) == "")
        #expect(decide([kept]) == "remove, all gone")
        #expect(decide([]) == "remove, all gone")
    }

    @Test func whereNothingIsDeletedTheyStay() {
        #expect(decide([removable], mode: .observe) == "remove, objects stay")
        #expect(decide([removable], prunes: false) == "remove, objects stay")
    }

    @Test func runningSyncsAreAwaitedOrEnded() {
        #expect(decide([removable], running: .removal) == "")
        #expect(decide([removable], running: .manual) == "")
        #expect(decide([removable], running: .automated) == "supersede")
    }

    @Test func refusalsAreSaidOnce() {
        #expect(decide([removable], isLast: true) == "refuse wouldPruneEverything")
        let obstacle = Observation.Obstacle(.clusterUnreachable, "gone")
        #expect(decide([removable], obstacle: obstacle) == "refuse clusterUnreachable")
        let held = ApplicationRow { $0.heldBecause = "rolled back" }
        #expect(decide([removable], row: held) == "refuse held")
        let told = ApplicationRow { row in
            row.heldBecause = "rolled back"
            row.refusal = ApplicationRow.Refusal {
                $0.commit = "c"
                $0.reason = .held
            }
        }
        #expect(decide([removable], row: told) == "")
    }

    @Test func aFailedRemovalIsTriedAgainLater() {
        func failed(_ seconds: Int64) -> ApplicationRow {
            ApplicationRow {
                $0.attempts.lastFailed = true
                $0.attempts.failures = 1
                $0.attempts.lastAt = now + .seconds(-seconds)
            }
        }
        #expect(decide([removable], row: failed(0)) == "wait 2.0 seconds")
        #expect(decide([removable], row: failed(3)) == "sync removal prune true")
    }
}
