internal import ChartCrypto
internal import Declarations
internal import Digests
internal import Model
internal import Rendering
internal import YAML

/// What rendering takes besides files: the cluster it is for, keys, and a clock.
struct RenderingContext: Sendable {
    var key: TokenKey
    var discovery: Discovery?
    var chartVault: ChartVault
    /// The time of this rendering.
    var now: Timestamp
    /// What was rendered last, and what the time was then: it stays while the inputs do.
    var last: (inputs: Digest, now: Timestamp)?
    /// The position of the event that asked for new random draws and keys last.
    var generation: Int64 = 0

    /// The time zones that templates may name.
    var zones = ChartZones.none
    /// What templates may look up; `nil` when they find nothing.
    var lookups: ClusterLookups?

    /// What the installed `helm` program made of the charts, where it is to render them.
    var helm: HelmOutputs?

    /// A change of what charts render to, with the same inputs.
    static let chartRendererVersion = 1

    func capabilities(of application: Application, _ helm: HelmSource) throws(Problems)
        -> ChartCapabilities
    {
        do {
            return try Self.capabilities(helm, discovery)
        } catch {
            throw Problems([
                Problem(at: application.location, "helm: \(error.message)", hint: error.hint)
            ])
        }
    }

    static func capabilities(_ helm: HelmSource, _ discovery: Discovery?) throws(ChartError)
        -> ChartCapabilities
    {
        var versions = helm.apiVersions
        if versions.isEmpty {
            var served: Set<String> = []
            for resource in discovery?.resources ?? [] {
                served.insert(resource.apiVersion)
                served.insert("\(resource.apiVersion)/\(resource.kind)")
            }
            versions = served.sorted()
        }
        return try ChartCapabilities(
            kubeVersion: helm.kubeVersion ?? discovery?.serverVersion ?? "", apiVersions: versions)
    }

    /// Chance is drawn from the token key, so that no one without it can tell a password in advance.
    ///
    /// - Parameters:
    ///   - occurrence: How many earlier sources of the application are charts of this name: no two share keys, and
    ///     further sources change none.
    ///   - now: For templates; certificates are valid from when they are made.
    func surroundings(
        _ application: String, _ chart: ChartIdentity, occurrence: Int, now: Timestamp,
        _ record: ChartRecord
    ) -> ChartSurroundings {
        var scope = "\(application)\n\(chart.name) \(chart.version)"
        if occurrence > 0 { scope += "\nsource \(occurrence)" }
        if generation > 0 { scope += "\nrenewed at \(generation)" }
        let draw = seededBytes(key.derivedKey(for: "charts"), scope: scope)
        let keeper = record.noting(failuresOf: chartVault.keeper(scope: scope))
        return ChartSurroundings(
            now: now,
            others: chartCrypto(
                now: self.now, keeper: keeper, issued: record.note(issued:), randomBytes: draw),
            lookup: record.lookup(in: lookups), zones: zones, reads: record.reads,
            randomBytes: draw)
    }
}

extension DesiredSet {
    /// Whether another set of served kinds leads to the same answers.
    func isAnswered(alike discovery: Discovery) -> Bool {
        charts.allSatisfy { chart in
            guard let capabilities = try? RenderingContext.capabilities(chart.helm, discovery)
            else { return false }
            return chart.record.isAnswered(alike: capabilities)
        }
    }
}

extension RenderingContext {
    /// Of everything that decided what a chart was rendered to, and of nothing else.
    func chartInputs(_ application: Application, _ record: ChartRecord, program: String = "")
        -> Digest
    {
        var builder = DigestBuilder()
        if !program.isEmpty { builder.update(field: program) }
        builder.update(field: "helm \(Self.chartRendererVersion)")
        builder.update(field: application.chartDeclaration.description)
        builder.update(field: key.id)
        builder.update(field: "\(generation)")
        builder.update(field: record.digest.description)
        return builder.finish()
    }
}

extension Application {
    /// How the source is to be rendered when it is a chart; `nil` when it is none.
    func chartSource(in tree: FileTree) -> HelmSource? {
        if let helm = source.helm { return helm }
        return !source.directory.isExplicit && holdsChart(tree, path: source.path)
            ? HelmSource() : nil
    }

    /// Of the part of the declaration that a rendering depends on: neither the sync policy, nor where the
    /// files come from, which count by what is in them.
    var chartDeclaration: Digest {
        let node = (try? parseJSON(Array(manifest.utf8))) ?? .null
        var rest = Mapping([("name", .string(name)), ("namespace", .string(destination.namespace))])
        rest["project"] = .string(project)
        func withoutPlace(_ source: Node) -> Node {
            var fields = source.objectValue ?? Mapping()
            for name in ["targetRevision", "repoURL"] { fields[name] = nil }
            return .object(fields)
        }
        rest["source"] = node["spec"]?["source"].map(withoutPlace)
        rest["sources"] = node["spec"]?["sources"]?.arrayValue.map { .array($0.map(withoutPlace)) }
        return Digest(of: canonicalJSON(.object(rest)))
    }

    /// What stands for `$NAME` in parameters and paths of value files.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/build-environment/
    func chartEnvironment(commit: String, _ capabilities: ChartCapabilities) -> [String: String] {
        [
            "ARGOCD_APP_NAME": name, "ARGOCD_APP_NAMESPACE": destination.namespace,
            "ARGOCD_APP_PROJECT_NAME": project, "ARGOCD_APP_REVISION": commit,
            "ARGOCD_APP_REVISION_SHORT": String(commit.prefix(7)),
            "ARGOCD_APP_REVISION_SHORT_8": String(commit.prefix(8)),
            "ARGOCD_APP_SOURCE_PATH": source.path,
            "ARGOCD_APP_SOURCE_REPO_URL": source.repoURL,
            "ARGOCD_APP_SOURCE_TARGET_REVISION": source.targetRevision,
            "KUBE_API_VERSIONS": capabilities.apiVersions.joined(separator: ","),
            "KUBE_VERSION": capabilities.normalizedVersion,
        ]
    }

    func helmOptions(
        _ helm: HelmSource, commit: String, _ capabilities: ChartCapabilities, _ reads: ChartReads
    ) -> HelmOptions {
        var chart = ChartOptions(
            release: ChartRelease(
                name: helm.releaseName ?? name, namespace: helm.namespace ?? destination.namespace),
            capabilities: capabilities)
        chart.skipsSchemaValidation = helm.skipsSchemaValidation
        chart.reads = reads
        var options = HelmOptions(chart: chart)
        options.valueFiles = helm.valueFiles
        options.ignoresMissingValueFiles = helm.ignoresMissingValueFiles
        options.values = helm.values
        options.valuesObject = helm.valuesObject
        options.parameters = helm.parameters.map { ($0.name, $0.value, $0.isText) }
        options.fileParameters = helm.fileParameters.map { ($0.name, $0.path) }
        options.skipsCRDs = helm.skipsCRDs
        options.skipsTests = helm.skipsTests
        options.environment = chartEnvironment(commit: commit, capabilities)
        return options
    }
}

extension Application.Source {
    /// The folder that everything a rendering reads is in: the root of the repository when a chart's values come
    /// from elsewhere in it.
    var scope: String {
        return valueFilesHere.contains {
            $0.hasPrefix("/") || $0.contains("..") || $0.contains("$")
        }
            ? "" : path
    }

    /// The paths that values come from, also those in other sources.
    var valueFiles: [String] { (helm?.valueFiles ?? []) + (helm?.fileParameters.map(\.path) ?? []) }

    private var valueFilesHere: [String] { valueFiles.filter { !HelmSource.isElsewhere($0) } }

    /// Whether a path of the repository is in the folder, or may be a file that a chart's values come from.
    func mayRead(_ file: String) -> Bool {
        if path.isEmpty || file == path || file.hasPrefix(path + "/") { return true }
        return valueFilesHere.contains { pattern in
            // What a variable stands for is not known here.
            guard !pattern.contains("$"), let place = pathInRepository(pattern, from: path) else {
                return true
            }
            return file == place || (try? Glob(place, separator: "/"))?.matches(file) == true
        }
    }

    /// Whether the id of the commit itself may decide what is rendered.
    var namesCommit: Bool {
        guard let helm, chart == nil else { return false }
        return (helm.valueFiles + helm.parameters.map(\.value) + helm.fileParameters.map(\.path))
            .contains { $0.contains("ARGOCD_APP_REVISION") }
    }
}
