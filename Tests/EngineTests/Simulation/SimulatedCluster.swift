import Engine
import Model
import Synchronization

/// A cluster of a simulation: objects in a dictionary, server-side apply by replacing what was applied before.
final class SimulatedCluster: Sendable {
    struct Contents: Sendable {
        var objects: [ObjectKey: Node] = [:]
        var version = 100
        var nextUID = 1
        var calls: [String] = []
        var journal: [Call] = []
        /// How many events the ledger holds.
        var position: @Sendable () -> Int = { 0 }
        var now: @Sendable () -> Timestamp = { Timestamp(seconds: 1_800_000_000) }
        var isHanging = false
        var isLenient = false
        var followers: [(kind: GroupKind, sink: AsyncStream<FollowEvent>.Continuation)] = []
        var isUnreachable = false
        var serverVersion = SimulatedCluster.discovery.serverVersion
        /// Kinds that are served besides the usual ones.
        var served: [APIResource] = []
        /// Calls whose answer gets lost, by their name: whether they are carried out all the same.
        var lostAnswers: [String: [Bool]] = [:]
        /// Calls after which the object is deleted before their answer is there.
        var overtaken: Set<String> = []
    }
    let contents = Mutex(Contents())

    /// A write that was carried out, with the number of events on record at that moment.
    struct Call: Sendable {
        var verb: String
        var object: String
        var position: Int
    }

    static let kinds: [(String, String, String, Bool)] = [
        ("", "v1", "Namespace", false), ("", "v1", "ConfigMap", true), ("", "v1", "Secret", true),
        ("", "v1", "Service", true), ("apps", "v1", "Deployment", true),
        ("batch", "v1", "Job", true),
    ]

    static let discovery = Discovery(
        serverVersion: "v1.36.2",
        resources: kinds.map { group, version, kind, isNamespaced in
            APIResource(
                group: group, version: version, kind: kind, plural: kind.lowercased() + "s",
                isNamespaced: isNamespaced,
                verbs: ["get", "list", "watch", "create", "patch", "delete"])
        })

    /// From now on another kind is served.
    func serve(_ kind: String, in group: String) {
        contents.withLock {
            $0.served.append(
                APIResource(
                    group: group, version: "v1", kind: kind, plural: kind.lowercased() + "s",
                    isNamespaced: kind != "CustomResourceDefinition",
                    verbs: ["get", "list", "watch", "create", "patch", "delete"]))
        }
    }

    var objects: [ObjectKey: Node] { contents.withLock(\.objects) }
    var journal: [Call] { contents.withLock(\.journal) }

    func observePositions(_ position: @escaping @Sendable () -> Int) {
        contents.withLock { $0.position = position }
    }

    func setClock(_ now: @escaping @Sendable () -> Timestamp) {
        contents.withLock { $0.now = now }
    }

    /// From now on nothing is refused, and nothing new is broken.
    func setLenient() { contents.withLock { $0.isLenient = true } }

    /// From now on connections are accepted and nothing is answered.
    func setHanging(_ isHanging: Bool) { contents.withLock { $0.isHanging = isHanging } }

    /// The answer of the next calls of this name, such as `apply ConfigMap/config`, gets lost.
    func loseAnswer(_ call: String, isCarriedOut: Bool, times: Int = 1) {
        let lost = Array(repeating: isCarriedOut, count: times)
        contents.withLock { $0.lostAnswers[call] = lost }
    }

    /// What the next call of this name makes is deleted, and that told, before its answer arrives.
    func overtake(_ call: String) { contents.withLock { _ = $0.overtaken.insert(call) } }

    /// Every write that was carried out, in order.
    var calls: [String] { contents.withLock(\.calls) }

    func port(_ fate: Fate) -> any ClusterClient { Port(cluster: self, fate: fate) }

    /// Somebody changes the cluster by hand.
    func edit(_ key: ObjectKey, _ change: (inout Node) -> Void) {
        contents.withLock { contents in
            guard var object = contents.objects[key] else { return }
            change(&object)
            put(object, key, in: &contents)
        }
    }

    /// Somebody makes an object by hand.
    func put(_ object: Node, _ key: ObjectKey) { contents.withLock { put(object, key, in: &$0) } }

    func remove(_ key: ObjectKey) { contents.withLock { remove(key, in: &$0) } }

    func setUnreachable(_ isUnreachable: Bool) {
        contents.withLock { $0.isUnreachable = isUnreachable }
    }

    private func put(_ object: Node, _ key: ObjectKey, in contents: inout Contents) {
        contents.version += 1
        var object = object
        object["metadata"]?["resourceVersion"] = .string(String(contents.version))
        let isNew = contents.objects[key] == nil
        contents.objects[key] = object
        let event = FollowEvent.changed(isNew ? .added(object) : .modified(object))
        for follower in contents.followers where follower.kind == key.groupKind {
            follower.sink.yield(event)
        }
    }

    private func remove(_ key: ObjectKey, in contents: inout Contents) {
        guard let object = contents.objects.removeValue(forKey: key) else { return }
        contents.version += 1
        for follower in contents.followers where follower.kind == key.groupKind {
            follower.sink.yield(.changed(.deleted(object)))
        }
    }
}

extension SimulatedCluster.Contents {
    mutating func note(_ call: String, _ key: ObjectKey) {
        calls.append("\(call) \(key.shortText)")
        journal.append(
            SimulatedCluster.Call(verb: call, object: key.shortText, position: position()))
    }
}

extension SimulatedCluster {
    private func write(_ body: Node, _ call: String, isCreation: Bool) throws -> ClusterAnswer {
        try contents.withLock { contents in
            guard let key = ObjectKey(manifest: body) else {
                throw ClusterError.malformedAnswer(message: "no key")
            }
            let known = contents.objects[key]
            if isCreation, known != nil {
                throw ClusterError.refused(
                    code: 409, reason: "AlreadyExists", message: "\(key) already exists")
            }
            if !contents.isLenient, image(of: body)?.contains("refused") == true {
                throw ClusterError.refused(
                    code: 422, reason: "Invalid", message: "\(key) is invalid")
            }
            var object = body
            object["metadata"]?["uid"] =
                known?["metadata"]?["uid"] ?? .string("uid-\(contents.nextUID)")
            object["metadata"]?["creationTimestamp"] =
                known?["metadata"]?["creationTimestamp"]
                ?? .string(Timestamp(seconds: contents.now().seconds).description)
            if known == nil { contents.nextUID += 1 }
            object["status"] = status(of: key, body, isLenient: contents.isLenient)
            if known.map({ isSame($0, object) }) != true {
                contents.note(call, key)
                put(object, key, in: &contents)
            }
            return ClusterAnswer(object: contents.objects[key] ?? object)
        }
    }

    private func isSame(_ a: Node, _ b: Node) -> Bool {
        var (a, b) = (a, b)
        a["metadata"]?["resourceVersion"] = nil
        b["metadata"]?["resourceVersion"] = nil
        return a == b
    }

    private func image(of body: Node) -> String? {
        let template = body["spec"]?["template"]?["spec"]
        return template?["containers"]?[0]?["image"]?.stringValue
    }

    /// Everything is ready at once, but for images that say `broken`.
    private func status(of key: ObjectKey, _ body: Node, isLenient: Bool) -> Node? {
        let isBroken = !isLenient && image(of: body)?.contains("broken") == true
        switch key.kind {
        case "Deployment":
            let replicas = body["spec"]?["replicas"] ?? 1
            let isSlow = image(of: body)?.contains("slow") == true
            let reason: Node = isBroken ? "ProgressDeadlineExceeded" : "NewReplicaSetAvailable"
            return [
                "replicas": replicas, "updatedReplicas": replicas,
                "availableReplicas": isBroken || isSlow ? 0 : replicas, "observedGeneration": 1,
                "conditions": [["type": "Progressing", "status": "True", "reason": reason]],
            ]
        case "Job":
            return ["conditions": [["type": isBroken ? "Failed" : "Complete", "status": "True"]]]
        default: return nil
        }
    }
}

extension SimulatedCluster {
    /// Deletes an object, and gives whoever follows its kind the time to hear of it.
    private func overtake(_ object: Node, _ call: String) async {
        let isOvertaken = contents.withLock { $0.overtaken.remove(call) != nil }
        guard isOvertaken, let key = ObjectKey(manifest: object) else { return }
        remove(key)
        for _ in 0..<1000 { await Task.yield() }
    }
}

extension SimulatedCluster {
    private struct Port: ClusterClient {
        let cluster: SimulatedCluster
        let fate: Fate

        private func call<Result>(_ name: String, _ body: () throws -> Result)
            throws(ClusterError) -> Result
        {
            do {
                if cluster.contents.withLock(\.isUnreachable) {
                    throw ClusterError.unreachable(cluster: "simulated", message: "no answer")
                }
                let lost = cluster.contents.withLock { $0.lostAnswers[name]?.popLast() }
                if let isCarriedOut = lost {
                    if isCarriedOut { _ = try fate.effect(name, body) }
                } else if let result = try fate.call(name, body) {
                    return result
                }
                throw ClusterError.unreachable(cluster: "simulated", message: "no answer in time")
            } catch let error as ClusterError {
                throw error
            } catch {
                throw ClusterError.unreachable(cluster: "simulated", message: "killed")
            }
        }

        /// Waits for an answer that never comes; ends when cancelled.
        private func hangIfSo() async throws(ClusterError) {
            guard cluster.contents.withLock(\.isHanging) else { return }
            let (never, sink) = AsyncStream<Void>.makeStream()
            for await _ in never {}
            sink.finish()
            throw ClusterError.unreachable(cluster: "simulated", message: "cut off")
        }

        func discovery() async throws(ClusterError) -> Discovery {
            try await hangIfSo()
            let (version, served) = cluster.contents.withLock { ($0.serverVersion, $0.served) }
            return try call("discovery") {
                Discovery(
                    serverVersion: version,
                    resources: SimulatedCluster.discovery.resources + served)
            }
        }

        func follow(_ resource: APIResource) -> AsyncStream<FollowEvent> {
            AsyncStream { sink in
                cluster.contents.withLock { contents in
                    let present = contents.objects.filter { $0.key.groupKind == resource.groupKind }
                    sink.yield(
                        .reset(
                            present.sorted { $0.key < $1.key }.map(\.value),
                            resourceVersion: String(contents.version)))
                    contents.followers.append((resource.groupKind, sink))
                }
            }
        }

        func listMetadata(_ resource: APIResource) async throws(ClusterError) -> [Node] {
            try await hangIfSo()
            return cluster.objects.filter { $0.key.groupKind == resource.groupKind }
                .map {
                    [
                        "apiVersion": "v1", "kind": .string($0.key.kind),
                        "metadata": $0.value["metadata"] ?? [:],
                    ]
                }
        }

        func get(_ resource: APIResource, namespace: String, name: String)
            async throws(ClusterError) -> Node
        {
            try await hangIfSo()
            let key = ObjectKey(
                group: resource.group, kind: resource.kind, namespace: namespace, name: name)
            return try call("get \(key.shortText)") {
                guard let object = cluster.objects[key] else {
                    throw ClusterError.refused(
                        code: 404, reason: "NotFound", message: "\(key) not found")
                }
                return object
            }
        }

        func apply(_ body: Node, _ resource: APIResource, isDryRun: Bool)
            async throws(ClusterError) -> ClusterAnswer
        {
            try await hangIfSo()
            let name = body["metadata"]?["name"]?.stringValue ?? ""
            if isDryRun { return try dryRun(body) }
            let answer = try call("apply \(resource.kind)/\(name)") {
                try cluster.write(body, "apply", isCreation: false)
            }
            await cluster.overtake(answer.object, "apply \(resource.kind)/\(name)")
            return answer
        }

        func create(_ body: Node, _ resource: APIResource, isDryRun: Bool)
            async throws(ClusterError) -> ClusterAnswer
        {
            try await hangIfSo()
            let name = body["metadata"]?["name"]?.stringValue ?? ""
            if isDryRun { return try dryRun(body) }
            return try call("create \(resource.kind)/\(name)") {
                try cluster.write(body, "create", isCreation: true)
            }
        }

        private func dryRun(_ body: Node) throws(ClusterError) -> ClusterAnswer {
            let isLenient = cluster.contents.withLock(\.isLenient)
            if !isLenient, cluster.image(of: body)?.contains("refused") == true {
                throw ClusterError.refused(code: 422, reason: "Invalid", message: "is invalid")
            }
            // As a real server does for what is not there yet: made up anew for every question.
            var answer = body
            answer["metadata"]?["uid"] = .string("dry-\(UInt64.random(in: 0 ... .max))")
            let isThere = ObjectKey(manifest: body).map { cluster.objects[$0] != nil } ?? false
            return ClusterAnswer(object: isThere ? body : answer)
        }

        func setManagedFields(
            _ managedFields: Node, _ resource: APIResource, namespace: String, name: String,
            resourceVersion: String
        ) async throws(ClusterError) -> ClusterAnswer {
            let key = ObjectKey(
                group: resource.group, kind: resource.kind, namespace: namespace, name: name)
            return try call("managedFields \(key.shortText)") {
                cluster.edit(key) { $0["metadata"]?["managedFields"] = managedFields }
                return ClusterAnswer(object: cluster.objects[key] ?? .null)
            }
        }

        func delete(
            _ resource: APIResource, namespace: String, name: String, uid: String?,
            propagation: Propagation
        ) async throws(ClusterError) {
            let key = ObjectKey(
                group: resource.group, kind: resource.kind, namespace: namespace, name: name)
            try call("delete \(key.shortText)") {
                guard let object = cluster.objects[key] else {
                    throw ClusterError.refused(code: 404, reason: "NotFound", message: "gone")
                }
                guard uid == nil || object["metadata"]?["uid"]?.stringValue == uid else {
                    throw ClusterError.refused(
                        code: 409, reason: "Conflict", message: "uid differs")
                }
                cluster.contents.withLock { contents in
                    contents.note("delete", key)
                    cluster.remove(key, in: &contents)
                }
            }
        }
    }
}
