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
    /// What templates see as `.Chart`, without `IsRoot`: the fields of Helm's Go struct by their names there.
    var templateValue: Map {
        var nilAnnotations = Map(type: .map(of: .string), isNil: true)
        if !annotations.isEmpty {
            nilAnnotations = Map(
                annotations.map { (ByteString($0.key), .string($0.value)) },
                type: .map(of: .string))
        }
        return Map([
            ("APIVersion", .string(apiVersion)), ("Annotations", .map(nilAnnotations)),
            ("AppVersion", .string(appVersion)), ("Condition", .string(condition)),
            ("Dependencies", .list(dependencies.map { .map($0.templateValue) })),
            ("Deprecated", .bool(isDeprecated)), ("Description", .string(description)),
            ("Home", .string(home)), ("Icon", .string(icon)),
            ("Keywords", .list(keywords.map { .string($0) })),
            ("KubeVersion", .string(kubeVersion)),
            ("Maintainers", .list(maintainers.map { .map($0.templateValue) })),
            ("Name", .string(name)), ("Sources", .list(sources.map { .string($0) })),
            ("Tags", .string(tags)), ("Type", .string(type)), ("Version", .string(version)),
        ])
    }
}

extension ChartMetadata.Maintainer {
    fileprivate var templateValue: Map {
        Map([("Email", .string(email)), ("Name", .string(name)), ("URL", .string(url))])
    }
}

extension ChartDependency {
    fileprivate var templateValue: Map {
        Map([
            ("Alias", .string(alias)), ("Condition", .string(condition)),
            ("Enabled", .bool(isEnabled)),
            ("ImportValues", .list(importValues.map { Value($0) })), ("Name", .string(name)),
            ("Repository", .string(repository)), ("Tags", .list(tags.map { .string($0) })),
            ("Version", .string(version)),
        ])
    }
}
