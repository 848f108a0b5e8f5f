internal import Declarations
internal import Diffing
internal import Digests
internal import EventLog
internal import GitRepository
internal import Model
internal import Planning
internal import Rendering
internal import YAML

/// The desired state of one application at a commit, ready to be compared and applied.
struct DesiredSet: Sendable {
    struct Object: Sendable {
        var planning: DesiredObject
        /// With the real values of secrets: what is sent to the cluster, and nowhere else.
        var node: Node
        /// With tokens: what is compared and recorded.
        var tokenised: Node
        var bytes: [UInt8]
        var origin: SourceLocation
        /// Whether its real values are not known, because the live object has them already: never sent.
        var isLeftAlone = false
    }

    var commit: String
    /// Of several sources what each was at.
    var sources: [SourceRevision]?
    /// Archives of charts that were replaced under their versions.
    var replaced: [ReplacedArchive] = []
    /// Of everything the rendering read.
    var inputs: Digest
    var objects: [Object]
    /// Hooks that run when the application is deleted together with its objects, and never else.
    var deletionHooks: [Object] = []
    var byKey: [ObjectKey: Int]
    var warnings: [String]
    /// Name and version of the chart, of several all of them; `nil` for other sources.
    var chart: String?
    /// The program that rendered, with its version; `nil` when it was this one.
    var program: String?
    /// What the time was for the templates of the chart.
    var now: Timestamp?
    /// Whether the templates of the chart asked for the time.
    var asksTime = false
    /// What the templates of the chart asked of the cluster.
    var asked: [ManifestsRendered.Answer] = []
    var certificates: [ManifestsRendered.Certificate] = []
    var looksUp = false
    /// What was looked up, with the digests of what was told.
    var told: [ChartLookup.Query: Digest?] = [:]
    /// What the charts asked, and were told.
    var charts: [RenderedChart] = []
    /// What lookups found, with tokens.
    var found: [Blob] = []

    /// Ordinary objects, without hooks and what is never applied.
    var resources: [Object] { objects.filter { $0.planning.directives.role == .resource } }

    func object(_ key: ObjectKey) -> Object? { byKey[key].map { objects[$0] } }

    /// What is recorded of the rendering.
    var event: ManifestsRendered {
        ManifestsRendered {
            $0.asked = asked.isEmpty ? nil : asked
            $0.certificates = certificates.isEmpty ? nil : certificates
            $0.chart = chart
            $0.inputs = inputs
            $0.now = now
            $0.program = program
            if chart != nil {
                $0.renderer = "helm"
                $0.rendererVersion = RenderingContext.chartRendererVersion
            }
            $0.replaced = replaced.isEmpty ? nil : replaced
            $0.sources = sources
            $0.warnings = warnings
            $0.deletionHooks = deletionHooks.isEmpty ? nil : recorded(deletionHooks)
            $0.objects = recorded(objects)
        }
    }

    private func recorded(_ objects: [Object]) -> [ManifestsRendered.Object] {
        objects.map { object in
            ManifestsRendered.Object {
                $0.digest = object.planning.body
                $0.file = object.origin.file
                $0.key = object.planning.key
                $0.line = object.origin.line ?? 0
            }
        }.sorted { $0.key < $1.key }
    }

    var blobs: [Blob] { (objects + deletionHooks).map { Blob($0.bytes) } + found }

    /// What is left to do for an application that leaves: its objects go, and these hooks run before and after.
    var whileLeaving: DesiredSet {
        DesiredSet(
            commit: commit, inputs: inputs, objects: deletionHooks,
            byKey: Dictionary(
                deletionHooks.enumerated().map { ($0.element.planning.key, $0.offset) },
                uniquingKeysWith: { _, last in last }),
            warnings: [])
    }
}

extension DesiredSet {
    /// What the rendering of an application may depend on besides the cluster; equal inputs give equal sets.
    ///
    /// A chart reads less of it: what its rendering did read decides about `now`, and whether there is news.
    static func inputs(
        of application: Application, commit: String, treeID: String, tokenKeyID: String
    ) -> Digest {
        var builder = DigestBuilder()
        builder.update(field: "directory 1")
        builder.update(field: application.digest.description)
        builder.update(field: treeID)
        builder.update(field: tokenKeyID)
        if application.source.namesCommit { builder.update(field: commit) }
        return builder.finish()
    }

    /// Renders the sources of an application.
    ///
    /// - Throws: `Problems`, all of them, when anything in it cannot be used; `ChartVaultError` when keys of a
    ///   chart cannot be read or kept just now.
    static func render(
        _ target: EnvironmentReconciler.Target, trees: [FileTree], inputs: Digest,
        in context: RenderingContext
    ) throws -> DesiredSet {
        func rendered(now: Timestamp) throws -> DesiredSet {
            var set = DesiredSet(
                commit: target.commit.description, inputs: inputs, objects: [], byKey: [:],
                warnings: [])
            set.sources = target.recordedSources
            try set.fill(target, trees, now: now, context)
            return set
        }
        let holdsChart = zip(target.application.sources, trees).contains { source, tree in
            source.isRendered && target.application.only(source).chartSource(in: tree) != nil
        }
        guard holdsChart, context.helm == nil, let last = context.last else {
            return try rendered(now: context.now)
        }
        // What a chart reads is known once it has been rendered: with the time that is on record it reads what it
        // read then, as long as it gets the same answers.
        if var set = try? rendered(now: last.now) {
            if set.inputs == last.inputs { return set }
            if !set.asksTime {
                set.now = context.now
                return set
            }
        }
        return try rendered(now: context.now)
    }

    private mutating func fill(
        _ target: EnvironmentReconciler.Target, _ trees: [FileTree], now: Timestamp,
        _ context: RenderingContext
    ) throws {
        let sources = SourceRendering(target: target, trees: trees, now: now, context: context)
        let application = target.application
        let rendered = try sources.rendered(into: &self)
        var problems = rendered.problems
        let placed = placed(
            rendered.objects, namespace: application.destination.namespace,
            isNamespaced: { context.discovery?.resource($0)?.isNamespaced })
        for object in placed.objects {
            let (directives, mistakes) = readDirectives(object.node, origin: object.origin)
            problems += mistakes
            guard mistakes.isEmpty, directives.role != .skipped else { continue }
            if let hook = directives.hook(where: \.isOfDeletion) {
                deletionHooks.append(Object(object, application.name, hook, context.key))
            }
            let others = directives.isHook ? directives.hook { !$0.isOfDeletion } : directives
            guard let others else { continue }
            objects.append(Object(object, application.name, others, context.key))
        }
        problems += context.lookups?.copies(in: objects + deletionHooks) ?? []
        told = context.lookups?.told ?? [:]
        guard problems.isEmpty else { throw Problems(problems) }
        byKey = Dictionary(
            objects.enumerated().map { ($0.element.planning.key, $0.offset) },
            uniquingKeysWith: { _, last in last })
        warnings += (rendered.warnings + placed.warnings).map(\.summary)
        certificates = certificates { text in charts.contains { $0.record.holdsIssued(text) } }
    }
}

extension DesiredSet.Object {
    init(
        _ object: RenderedObject, _ application: String, _ directives: ResourceDirectives,
        _ key: TokenKey
    ) {
        // Fields sent as `stringData` would not be owned as `data`, and never be removed again.
        let node = withoutStringData(tracked(object.node, application: application))
        let redacted = Diffing.tokenised(node, with: key)
        let bytes = canonicalJSON(redacted)
        self.node = node
        tokenised = redacted
        self.bytes = bytes
        origin = object.origin
        planning = DesiredObject(
            key: object.key, apiVersion: node["apiVersion"]?.stringValue ?? "",
            body: Digest(of: bytes), directives: directives,
            generateName: object.generatesName
                ? node["metadata"]?["generateName"]?.stringValue : nil,
            definedKind: Self.definedKind(object.key, node))
    }

    private static func definedKind(_ key: ObjectKey, _ node: Node) -> GroupKind? {
        guard key.isCustomResourceDefinition, let group = node["spec"]?["group"]?.stringValue,
            let kind = node["spec"]?["names"]?["kind"]?.stringValue
        else { return nil }
        return GroupKind(group: group, kind: kind)
    }
}
