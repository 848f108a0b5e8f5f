internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Projections

/// What reconcilers of five hundred applications with twenty objects each would have recorded.
///
/// The same seed gives the same events. Most of them are of syncs (intents, outcomes, observations); the
/// rest is drift and its healing, health, and observations between.
struct GeneratedHistory {
    static let applications = 500
    static let objectsOfEach = 20

    private(set) var random: SplitMix64
    private(set) var now = Timestamp(seconds: 1_767_225_600)
    private var syncs = 0
    private(set) var events: [NewEvent] = []
    private(set) var blobs: [Blob] = []

    init(seed: UInt64) { random = SplitMix64(state: seed) }

    /// Further events, at least `count` and at most a few dozen more, with their bodies.
    mutating func next(_ count: Int) -> AppendBatch {
        if syncs == 0 { declareAll() }
        while events.count < count {
            let application = Place(Int(random.next() % UInt64(Self.applications)))
            switch random.next() % 10 {
            case 0..<6: deploy(application)
            case 6..<8: drift(application)
            default: observe(application)
            }
        }
        defer { (events, blobs) = ([], []) }
        return AppendBatch(events: events, blobs: blobs)
    }

    /// An application and where it stands.
    struct Place {
        let number: Int
        var name: String { "service-\(number)" }
        var environment: String { ["dev", "staging", "production"][number % 3] }

        init(_ number: Int) { self.number = number }

        func object(_ index: Int) -> ObjectKey {
            let kinds = [
                ("apps", "Deployment"), ("", "Service"), ("", "ConfigMap"), ("", "ServiceAccount"),
                ("networking.k8s.io", "Ingress"),
            ]
            let (group, kind) = kinds[index % kinds.count]
            return ObjectKey(
                group: group, kind: kind, namespace: "team-\(number % 40)",
                name: "service-\(number)-\(index / kinds.count)")
        }

        func uid(_ index: Int) -> String {
            let text = Digest(of: "\(number)/\(index)").description
            return EventID(
                at: Timestamp(seconds: 0), random: Array(text.utf8.prefix(10))
            ).text
        }
    }
}

extension GeneratedHistory {
    private mutating func declareAll() {
        add(
            .repositoryRegistered(RepositoryRegistered { $0.url = "https://git.example.com/apps" }),
            "repository/apps", Subjects(repository: "apps"))
        for (order, name) in ["dev", "staging", "production"].enumerated() {
            let declared = EnvironmentDeclared {
                $0.promotionOrder = order
                $0.server = "https://\(name).example.com:6443"
            }
            add(.environmentDeclared(declared), "environment/\(name)", Subjects(environment: name))
            let connected = ClusterConnected { $0.serverVersion = "v1.34.1" }
            add(.clusterConnected(connected), "environment/\(name)", Subjects(environment: name))
        }
        for number in 0..<Self.applications {
            let place = Place(number)
            let declared = ApplicationDeclaration {
                $0.digest = Digest(of: place.name)
                $0.file = "applications/\(place.name).yaml"
                $0.line = 1
                $0.manifest = #"{"metadata":{"name":"\#(place.name)"}}"#
                $0.path = "apps/\(place.name)"
                $0.targetRevision = "main"
            }
            add(.applicationDeclared(declared), place, commit: nil)
            deploy(place, objects: Array(0..<Self.objectsOfEach))
        }
    }

    private mutating func deploy(_ place: Place) {
        let count = 1 + Int(random.next() % 6)
        let first = Int(random.next() % UInt64(Self.objectsOfEach))
        deploy(place, objects: (0..<count).map { (first + $0) % Self.objectsOfEach })
    }

    private mutating func deploy(_ place: Place, objects: [Int]) {
        let commit = String((Digest(of: "\(random.next())").description + "").prefix(40))
        let repository = Subjects(commit: commit, repository: "apps")
        add(.commitObserved(observed(place)), "repository/apps", repository)
        let moved = RefMoved {
            $0.ref = "refs/heads/main"
            $0.to = commit
        }
        add(.refMoved(moved), "repository/apps", repository)
        let rendered = ManifestsRendered {
            $0.inputs = Digest(of: commit)
            $0.objects = (0..<Self.objectsOfEach).map { index in
                ManifestsRendered.Object {
                    $0.digest = body(place, index, "desired")
                    $0.file = "apps/\(place.name)/manifests.yaml"
                    $0.key = place.object(index)
                    $0.line = 1 + 30 * index
                }
            }
        }
        add(.manifestsRendered(rendered), place, commit: commit)
        compare(place, .outOfSync, objects, commit)
        sync(place, objects, commit, .automated)
        compare(place, .synced, [], commit)
    }

    private func observed(_ place: Place) -> CommitObserved {
        CommitObserved {
            $0.author.email = "engineer-\(place.number % 30)@example.com"
            $0.author.name = "Engineer \(place.number % 30)"
            $0.author.time = now
            $0.committer = $0.author
            $0.changedPaths = ["apps/\(place.name)/manifests.yaml"]
            $0.message = "\(place.name): the next version\n\nIt answers faster.\n"
        }
    }

    private mutating func compare(
        _ place: Place, _ status: SyncStatus, _ objects: [Int], _ commit: String?
    ) {
        let changed = ComparisonChanged {
            $0.status = status
            $0.objects = objects.map { index in
                ComparisonChanged.Object { $0.key = place.object(index) }
            }
        }
        add(.comparisonChanged(changed), place, commit: commit)
    }

    private mutating func sync(
        _ place: Place, _ objects: [Int], _ commit: String?, _ trigger: SyncTrigger
    ) {
        syncs += 1
        let name = "sync-\(syncs)"
        let requested = SyncRequested { $0.trigger = trigger }
        add(.syncRequested(requested), place, name, commit: commit)
        let planned = SyncPlanned {
            $0.updates = objects.count
            $0.plan = plan(place, objects, commit)
        }
        add(.syncPlanned(planned), place, name, commit: commit)
        add(.syncStarted(SyncStarted()), place, name, commit: commit)
        for (step, index) in objects.enumerated() {
            let intent = ApplyIntended {
                $0.body = body(place, index, "desired")
                $0.phase = "Sync"
                $0.step = step
                $0.uid = place.uid(index)
            }
            add(.applyIntended(intent), place, name, index, commit: commit)
        }
        for (step, index) in objects.enumerated() {
            let live = body(place, index, "live")
            let applied = ObjectApplied {
                $0.live = live
                $0.resourceVersion = "\(random.next() % 100_000_000)"
                $0.step = step
                $0.uid = place.uid(index)
            }
            add(.objectApplied(applied), place, name, index, commit: commit)
            health(place, .progressing, .healthy, index)
        }
        let succeeded = SyncSucceeded { $0.applied = objects.count }
        add(.syncSucceeded(succeeded), place, name, commit: commit)
    }

    private mutating func plan(_ place: Place, _ objects: [Int], _ commit: String?) -> Digest {
        let plan = SyncPlan {
            $0.application = place.name
            $0.commit = commit
            $0.environment = place.environment
            $0.steps = objects.enumerated().map { step, index in
                PlanStep {
                    $0.apiVersion = "v1"
                    $0.change = .update
                    $0.fields = [
                        PlannedField {
                            $0.desired = "\"registry.example.com/shop/\(place.name):1.8.0\""
                            $0.live = "\"registry.example.com/shop/\(place.name):1.7.0\""
                            $0.path = "spec.template.spec.containers[name=main].image"
                        }
                    ]
                    $0.key = place.object(index)
                    $0.number = step
                    $0.uid = place.uid(index)
                }
            }
        }
        let blob = Blob(plan.bytes)
        blobs.append(blob)
        return blob.digest
    }

    private mutating func drift(_ place: Place) {
        let index = Int(random.next() % UInt64(Self.objectsOfEach))
        observe(place, index)
        let drift = DriftDetected {
            $0.fields = [
                DriftDetected.Field {
                    $0.desired = "3"
                    $0.live = "5"
                    $0.manager = "kubectl-edit"
                    $0.path = ".spec.replicas"
                }
            ]
        }
        add(.driftDetected(drift), place, index: index, commit: nil)
        sync(place, [index], nil, .selfHeal)
        add(.driftResolved(DriftResolved { $0.detectedAt = 1 }), place, index: index, commit: nil)
    }

    private mutating func observe(_ place: Place) {
        for _ in 0..<4 {
            let index = Int(random.next() % UInt64(Self.objectsOfEach))
            observe(place, index)
            health(place, .healthy, .progressing, index)
        }
    }

    private mutating func observe(_ place: Place, _ index: Int) {
        let observed = ObjectObserved {
            $0.digest = body(place, index, "live")
            $0.manager = "kube-controller-manager"
            $0.resourceVersion = "\(random.next() % 100_000_000)"
            $0.uid = place.uid(index)
        }
        add(.objectObserved(observed), place, index: index, commit: nil)
    }

    private mutating func health(
        _ place: Place, _ from: StoredHealth, _ to: StoredHealth, _ index: Int
    ) {
        let changed = HealthChanged {
            $0.from = from
            $0.to = to
        }
        add(.healthChanged(changed), place, index: index, commit: nil)
    }
}

extension GeneratedHistory {
    private mutating func add(
        _ event: Event, _ place: Place, _ sync: String? = nil, _ index: Int? = nil, commit: String?
    ) {
        add(
            event, sync ?? "application/\(place.name)",
            Subjects(
                application: place.name, commit: commit, environment: place.environment,
                object: index.map(place.object), repository: "apps"), sync)
    }

    private mutating func add(_ event: Event, _ place: Place, index: Int, commit: String?) {
        add(event, place, nil, index, commit: commit)
    }

    private mutating func add(
        _ event: Event, _ stream: String, _ subjects: Subjects, _ sync: String? = nil
    ) {
        now = now + .milliseconds(Int64(random.next() % 2000))
        let bytes = (0..<10).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) }
        events.append(
            NewEvent(
                id: EventID(at: now, random: bytes), event, stream: stream, subjects: subjects,
                occurredAt: now, correlation: sync))
    }

    /// One of a few versions of an object's body, a manifest of about a kilobyte.
    private mutating func body(_ place: Place, _ index: Int, _ side: String) -> Digest {
        let key = place.object(index)
        let version = random.next() % 8
        let labels =
            #"{"app.kubernetes.io/name":"\#(key.name)","app.kubernetes.io/part-of":"shop"}"#
        let image = "registry.example.com/shop/\(key.name):1.\(version).0"
        return blob(
            #"{"apiVersion":"apps/v1","kind":"\#(key.kind)","metadata":{"labels":\#(labels),"#
                + #""name":"\#(key.name)","namespace":"\#(key.namespace)","uid":"\#(place.uid(index))"},"#
                + #""spec":{"replicas":3,"selector":{"matchLabels":\#(labels)},"template":{"metadata":"#
                + #"{"labels":\#(labels)},"spec":{"containers":[{"image":"\#(image)","name":"main","#
                + #""resources":{"limits":{"memory":"256Mi"},"requests":{"cpu":"100m"}}}]}}},"#
                + #""status":{"side":"\#(side)"}}"#)
    }

    private mutating func blob(_ text: String) -> Digest {
        let blob = Blob(Array(text.utf8))
        blobs.append(blob)
        return blob.digest
    }
}

/// A small generator of random numbers, the same everywhere.
///
/// Source: https://prng.di.unimi.it/splitmix64.c
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
