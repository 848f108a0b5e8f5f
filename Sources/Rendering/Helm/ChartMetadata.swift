internal import GoTemplate
public import Model

/// What `Chart.yaml` says of a chart.
///
/// Source: https://helm.sh/docs/topics/charts/#the-chartyaml-file
public struct ChartMetadata: Hashable, Sendable {
    public var name = ""
    public var home = ""
    public var sources: [String] = []
    public var version = ""
    public var description = ""
    public var keywords: [String] = []
    public var maintainers: [Maintainer] = []
    public var icon = ""
    /// `v1` (also when it is left out) or `v2`.
    public var apiVersion = ""
    public var condition = ""
    public var tags = ""
    public var appVersion = ""
    public var isDeprecated = false
    public var annotations: [String: String] = [:]
    /// The versions of Kubernetes the chart is for, as a constraint.
    public var kubeVersion = ""
    public var dependencies: [ChartDependency] = []
    /// `application` (also when it is empty) or `library`.
    public var type = ""

    public init() {}

    public struct Maintainer: Hashable, Sendable {
        public var name = ""
        public var email = ""
        public var url = ""
    }
}

/// A chart that another one depends on.
public struct ChartDependency: Hashable, Sendable {
    public var name = ""
    /// A constraint; in a lock file the version itself.
    public var version = ""
    public var repository = ""
    /// Paths of values, separated by commas: the first that is a boolean decides.
    public var condition = ""
    public var tags: [String] = []
    /// Decided when the chart is rendered.
    public var isEnabled = false
    /// Texts, or objects with `child` and `parent`.
    public var importValues: [Node] = []
    public var alias = ""
}

extension ChartMetadata {
    /// What templates see as `.Chart`: the fields of Helm's Go struct by their names there, and `IsRoot`.
    func templateValue(isRoot: Bool) -> Map {
        let annotations =
            self.annotations.isEmpty
            ? Map(type: .map(of: .string), isNil: true)
            : Map(
                self.annotations.map { (ByteString($0.key), .string($0.value)) },
                type: .map(of: .string))
        return Map(
            Self.keys,
            [
                .string(apiVersion), .map(annotations), .string(appVersion), .string(condition),
                .list(dependencies.map { .map($0.templateValue) }), .bool(isDeprecated),
                .string(description), .string(home), .string(icon), .bool(isRoot),
                .list(keywords.map { .string($0) }), .string(kubeVersion),
                .list(maintainers.map { .map($0.templateValue) }), .string(name),
                .list(sources.map { .string($0) }), .string(tags), .string(type), .string(version),
            ])
    }

    /// In the order of the values above.
    private static let keys = Map.Keys([
        "APIVersion", "Annotations", "AppVersion", "Condition", "Dependencies", "Deprecated",
        "Description", "Home", "Icon", "IsRoot", "Keywords", "KubeVersion", "Maintainers", "Name",
        "Sources", "Tags", "Type", "Version",
    ])
}

extension ChartMetadata.Maintainer {
    fileprivate var templateValue: Map {
        Map(Self.keys, [.string(email), .string(name), .string(url)])
    }

    private static let keys = Map.Keys(["Email", "Name", "URL"])
}

extension ChartDependency {
    fileprivate var templateValue: Map {
        Map(
            Self.keys,
            [
                .string(alias), .string(condition), .bool(isEnabled),
                .list(importValues.map { Value($0) }), .string(name), .string(repository),
                .list(tags.map { .string($0) }), .string(version),
            ])
    }

    private static let keys = Map.Keys([
        "Alias", "Condition", "Enabled", "ImportValues", "Name", "Repository", "Tags", "Version",
    ])
}
