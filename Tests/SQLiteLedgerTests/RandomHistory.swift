import Digests
import EventLog
import Model
import Projections
import SQLiteLedger
import TestSupport

/// What a reconciler of a few applications might record, in an order that a seed decides.
struct RandomHistory {
    private var generator: SeededGenerator
    private var number = 0
    private var syncs = 0
    private var time = Timestamp(seconds: 1_700_000_000)
    static let environments = ["dev", "production"]
    static let applications = ["web", "api"]

    init(seed: Int) { generator = SeededGenerator(seed: seed) }

    static func object(_ number: Int) -> ObjectKey {
        let kinds = [("apps", "Deployment"), ("", "Service"), ("", "Namespace")]
        let (group, kind) = kinds[number % 3]
        return ObjectKey(
            group: group, kind: kind, namespace: kind == "Namespace" ? "" : "shop\(number % 2)",
            name: ["web", "api"][number / 3 % 2])
    }

    static let objects = (0..<6).map(object)

    /// The next few events, which belong together.
    mutating func next() -> [NewEvent] {
        let application = pick(Self.applications)
        let environment = pick(Self.environments)
        var subjects = Subjects(application: application, environment: environment)
        subjects.commit = String(Digest(of: "\(int(9))").description.prefix(40))
        var about = subjects
        about.object = Self.object(int(6))
        let stream = "application/\(application)"
        switch int(8) {
        case 0:
            let declared = ApplicationDeclaration { $0.path = "apps/\(number)" }
            return [event(.applicationDeclared(declared), stream, subjects)]
        case 1:
            let rendered = ManifestsRendered { rendered in
                rendered.objects = Self.objects.prefix(int(6)).map { key in
                    ManifestsRendered.Object {
                        $0.key = key
                        $0.digest = Digest(of: "\(number)")
                    }
                }
            }
            return [event(.manifestsRendered(rendered), stream, subjects)]
        case 2:
            let drift = DriftDetected { $0.verdict = .modified }
            return [event(.driftDetected(drift), stream, about)]
        case 3:
            return [event(.driftResolved(DriftResolved()), stream, about)]
        case 4:
            let changed = HealthChanged { $0.to = int(2) == 0 ? .healthy : .degraded }
            return [event(.healthChanged(changed), stream, int(3) == 0 ? subjects : about)]
        case 5, 6:
            let observed = ObjectObserved {
                $0.digest = Digest(of: "live \(number)")
                $0.resourceVersion = "\(number)"
                $0.change = int(5) == 0 ? .disappeared : .changed
            }
            return [event(.objectObserved(observed), stream, about)]
        default: return sync(subjects)
        }
    }

    private mutating func sync(_ subjects: Subjects) -> [NewEvent] {
        syncs += 1
        let name = "sync-\(syncs)"
        let isRollback = syncs > 1 && int(4) == 0
        let requested = SyncRequested {
            $0.rollbackTo = isRollback ? "sync-1" : nil
            $0.trigger = isRollback ? .rollback : .manual
        }
        var events = [
            event(.syncRequested(requested), name, subjects, name),
            event(.syncPlanned(SyncPlanned()), name, subjects, name),
            event(.syncStarted(SyncStarted()), name, subjects, name),
        ]
        for step in 0..<int(4) {
            var about = subjects
            about.object = Self.object(int(6))
            let action: StepAction = int(3) == 0 ? .prune : .apply
            let intent = ApplyIntended {
                $0.action = action
                $0.body = Digest(of: "body \(number)")
                $0.step = step
            }
            events.append(event(.applyIntended(intent), name, about, name))
            let outcome: Event =
                action == .prune
                ? .objectPruned(ObjectPruned { $0.step = step })
                : .objectApplied(
                    ObjectApplied {
                        $0.step = step
                        $0.live = Digest(of: "applied \(number)")
                    })
            if int(5) > 0 { events.append(event(outcome, name, about, name)) }
        }
        let failed = SyncFailed { $0.message = "no" }
        events.append(
            event(
                int(3) == 0 ? .syncFailed(failed) : .syncSucceeded(SyncSucceeded()), name, subjects,
                name))
        return events
    }

    private mutating func event(
        _ event: Event, _ stream: String, _ subjects: Subjects, _ sync: String? = nil
    ) -> NewEvent {
        number += 1
        time = time + .seconds(Int64(int(3)))
        let bytes = (0..<10).map { UInt8(truncatingIfNeeded: number >> (8 * max(0, $0 - 4))) }
        return NewEvent(
            id: EventID(at: time, random: bytes.enumerated().map { $0 < 4 ? 0 : $1 }), event,
            stream: stream, subjects: subjects,
            actor: int(3) == 0
                ? Actor(kind: .user, id: "uid:1000", authentication: .unixPeer) : .reconciler,
            occurredAt: time, correlation: sync)
    }

    mutating func int(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[int(list.count)] }
}

extension Bench {
    /// A ledger with at least `count` events of a history.
    func create(_ history: inout RandomHistory, events count: Int) async throws -> SQLiteLedger {
        let ledger = try create()
        var recorded = 1
        while recorded < count {
            var events: [NewEvent] = []
            for _ in 0...history.int(12) { events += history.next() }
            pass(.seconds(history.int(3)))
            recorded += try await ledger.append(AppendBatch(events: events)).count
        }
        return ledger
    }
}
