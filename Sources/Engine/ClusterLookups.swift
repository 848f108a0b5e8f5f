internal import Declarations
internal import Diffing
internal import Digests
internal import EventLog
internal import Model
internal import Planning
internal import Rendering
internal import Synchronization
internal import YAML

/// What the templates of a chart may look up in its cluster.
///
/// Templates cannot wait: a question that has no answer yet finds nothing and is noted as open. It is then put to the
/// cluster, and the chart is rendered again; the same questions have the same answers in all those renderings.
final class ClusterLookups: Sendable {
    struct Answer: Sendable {
        /// With the real values of Secrets; empty when there is no such object.
        var object: Mapping
        /// In canonical JSON, with tokens for values of Secrets; `nil` when there is no such object.
        var recorded: [UInt8]?
    }

    private struct State {
        var answers: [ChartLookup.Query: Answer] = [:]
        var open: Set<ChartLookup.Query> = []
    }

    private let state = Mutex(State())

    /// More questions than a chart that means well has.
    static let questionsMax = 1_000
    /// Answers may lead to further questions so many times.
    static let roundsMax = 20

    func find(_ query: ChartLookup.Query) -> Answer? {
        state.withLock { state in
            if let answer = state.answers[query] { return answer }
            state.open.insert(query)
            return nil
        }
    }

    func answer(_ query: ChartLookup.Query, _ answer: Answer) {
        state.withLock {
            $0.answers[query] = answer
            $0.open.remove(query)
        }
    }

    /// In an order that does not change.
    var open: [ChartLookup.Query] {
        state.withLock(\.open).sorted { $0.text < $1.text }
    }

    /// What was asked, with the digests of what was told.
    var told: [ChartLookup.Query: Digest?] {
        state.withLock { $0.answers.mapValues { $0.recorded.map { Digest(of: $0) } } }
    }

    var count: Int { state.withLock(\.answers.count) }

    /// The Secrets that were found.
    private var secrets: [Node] {
        state.withLock { state in
            state.answers.values.flatMap { answer in
                answer.object["items"]?.arrayValue ?? [.object(answer.object)]
            }.filter { isSensitive($0) }
        }
    }

    /// A text of a failed rendering, which may repeat what was found.
    func scrub(_ text: String) -> String { SecretScrubber(objects: secrets).scrub(text) }

    /// Shorter values may stand in an object by chance.
    private static let copiedBytesMin = 12

    /// What was found in Secrets and rendered into other objects: those are recorded as they are.
    func copies(in objects: [DesiredSet.Object]) -> [Problem] {
        let values = secrets.flatMap { secret in
            (secret["data"]?.objectValue ?? Mapping()).compactMap {
                $0.value.stringValue.flatMap { Base64.decode($0) }
            }
        }.filter { $0.count >= Self.copiedBytesMin }
        guard !values.isEmpty else { return [] }
        let scrubber = SecretScrubber(values: values)
        return objects.compactMap { object in
            guard !isSensitive(object.node) else { return nil }
            let text = String(decoding: object.bytes, as: UTF8.self)
            guard scrubber.scrub(text) != text else { return nil }
            return Problem(
                at: object.origin,
                "\(object.planning.key.shortText) holds a value of a Secret that lookup found",
                hint: "values of Secrets may be rendered into Secrets only")
        }
    }
}

extension EnvironmentReconciler {
    /// Puts the open questions of a rendering to the cluster; `false` when there are none.
    ///
    /// - Throws: `ClusterError` when the cluster does not answer; `Problems` when there are too many questions.
    func answer(_ lookups: ClusterLookups, _ application: Application, round: Int) async throws
        -> Bool
    {
        let open = lookups.open
        guard !open.isEmpty else { return false }
        guard round < ClusterLookups.roundsMax,
            lookups.count + open.count <= ClusterLookups.questionsMax
        else {
            throw Problems([
                Problem(
                    at: application.location,
                    "helm: the templates look up more than \(ClusterLookups.questionsMax) objects, or "
                        + "again and again other ones")
            ])
        }
        for query in open { lookups.answer(query, try await found(query)) }
        return true
    }

    /// Whether the cluster tells the same again: then nothing has to be rendered.
    func tellsTheSame(_ told: [ChartLookup.Query: Digest?]) async throws(ClusterError) -> Bool {
        for (query, digest) in told.sorted(by: { $0.key.text < $1.key.text }) {
            let now = try await found(query).recorded.map { Digest(of: $0) }
            if now != digest { return false }
        }
        return true
    }

    private func found(_ query: ChartLookup.Query) async throws(ClusterError)
        -> ClusterLookups.Answer
    {
        let nothing = ClusterLookups.Answer(object: Mapping(), recorded: nil)
        guard
            let resource = discovery?.resources.first(where: {
                $0.apiVersion == query.apiVersion && $0.kind == query.kind
            })
        else { return nothing }
        let namespace = resource.isNamespaced ? query.namespace : ""
        if query.name.isEmpty { return list(try await everything(resource), query, resource) }
        do {
            let node = try await client.get(resource, namespace: namespace, name: query.name)
            return answer(told(node, resource))
        } catch {
            guard error.isNotFound else { throw error }
            return nothing
        }
    }

    /// The objects of a kind, as following it begins.
    private func everything(_ resource: APIResource) async throws(ClusterError) -> [Node] {
        for await event in client.follow(resource) {
            switch event {
            case .reset(let nodes, _): return nodes
            case .disconnected(let error): throw error
            case .changed: continue
            }
        }
        throw .unreachable(cluster: name, message: "the list of \(resource.plural) has no end")
    }

    private func list(_ nodes: [Node], _ query: ChartLookup.Query, _ resource: APIResource)
        -> ClusterLookups.Answer
    {
        let items = nodes.filter {
            query.namespace.isEmpty || !resource.isNamespaced
                || $0["metadata"]?["namespace"]?.stringValue == query.namespace
        }.map { told($0, resource) }.sorted { place($0) < place($1) }
        let list: Node = [
            "apiVersion": .string(query.apiVersion), "kind": .string(query.kind + "List"),
            "items": .array(items), "metadata": .object(Mapping()),
        ]
        let tokens = items.map { tokenised($0, with: tokenKey) }
        var recorded = list
        recorded["items"] = .array(tokens)
        return ClusterLookups.Answer(
            object: list.objectValue ?? Mapping(), recorded: canonicalJSON(recorded))
    }

    private func answer(_ node: Node) -> ClusterLookups.Answer {
        ClusterLookups.Answer(
            object: node.objectValue ?? Mapping(),
            recorded: canonicalJSON(tokenised(node, with: tokenKey)))
    }

    /// Without what changes although nobody changed the object.
    private func told(_ node: Node, _ resource: APIResource) -> Node {
        var node = node
        node["apiVersion"] = .string(resource.apiVersion)
        node["kind"] = .string(resource.kind)
        node["metadata"]?["managedFields"] = nil
        node["metadata"]?["resourceVersion"] = nil
        return node
    }

    private func place(_ node: Node) -> String {
        let metadata = node["metadata"]
        return
            "\(metadata?["namespace"]?.stringValue ?? "")/\(metadata?["name"]?.stringValue ?? "")"
    }
}
