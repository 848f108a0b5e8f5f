internal import ChartCrypto
internal import Declarations
internal import Digests
internal import Model
internal import Rendering

/// What rendering takes besides files: the cluster it is for, keys, and a clock.
struct RenderingContext: Sendable {
    var key: TokenKey
    var discovery: Discovery?
    var chartVault: ChartVault
    /// What the time is for templates of a chart with these inputs.
    var now: @Sendable (_ inputs: Digest) -> Timestamp

    /// A change of what charts render to, with the same inputs.
    static let chartRendererVersion = 1

    func capabilities(_ helm: HelmSource) throws(ChartError) -> ChartCapabilities {
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
    func surroundings(_ application: String, _ chart: ChartIdentity, now: Timestamp)
        -> ChartSurroundings
    {
        let scope = "\(application)\n\(chart.name) \(chart.version)"
        let draw = seededBytes(key.derivedKey(for: "charts"), scope: scope)
        return ChartSurroundings(
            now: now,
            extensions: [
                chartCrypto(now: now, keeper: chartVault.keeper(scope: scope), randomBytes: draw)
            ], randomBytes: draw)
    }
}

extension Application {
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

    func helmOptions(_ helm: HelmSource, commit: String, _ capabilities: ChartCapabilities)
        -> HelmOptions
    {
        var chart = ChartOptions(
            release: ChartRelease(
                name: helm.releaseName ?? name, namespace: helm.namespace ?? destination.namespace),
            capabilities: capabilities)
        chart.skipsSchemaValidation = helm.skipsSchemaValidation
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
        guard let helm else { return path }
        let files = helm.valueFiles + helm.fileParameters.map(\.path)
        return files.contains { $0.hasPrefix("/") || $0.contains("..") || $0.contains("$") }
            ? "" : path
    }

    /// Whether a path of the repository is in the folder, or may be a file that a chart's values come from.
    func mayRead(_ file: String) -> Bool {
        if path.isEmpty || file == path || file.hasPrefix(path + "/") { return true }
        guard let helm else { return false }
        return (helm.valueFiles + helm.fileParameters.map(\.path)).contains { pattern in
            // What a variable stands for is not known here.
            guard !pattern.contains("$"), let place = pathInRepository(pattern, from: path) else {
                return true
            }
            return file == place || (try? Glob(place, separator: "/"))?.matches(file) == true
        }
    }

    /// Whether the id of the commit itself may decide what is rendered.
    var namesCommit: Bool {
        guard let helm else { return false }
        return (helm.valueFiles + helm.parameters.map(\.value) + helm.fileParameters.map(\.path))
            .contains { $0.contains("ARGOCD_APP_REVISION") }
    }
}
