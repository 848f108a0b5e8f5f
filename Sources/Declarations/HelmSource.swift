public import Model

/// What an Application says of the Helm chart that its folder holds.
///
/// Values take precedence in this order, the last one winning: the chart's own, `valueFiles` one after the other,
/// `values` (or `valuesObject` in its place), `parameters`, `fileParameters`.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/
public struct HelmSource: Hashable, Sendable {
    /// Paths from the chart's folder, or with a slash in front from the root of the repository; `*` and `**`
    /// stand for several files; `$NAME/path` is in the source with that `ref`.
    public var valueFiles: [String] = []
    public var ignoresMissingValueFiles = false
    /// Values as a YAML text.
    public var values = ""
    /// Values as an object; then `values` counts for nothing.
    public var valuesObject: Mapping?
    public var parameters: [Parameter] = []
    public var fileParameters: [FileParameter] = []
    /// `nil`: the name of the application.
    public var releaseName: String?
    /// `nil`: the destination's namespace.
    public var namespace: String?
    /// What templates see in place of the cluster's own.
    public var kubeVersion: String?
    public var apiVersions: [String] = []
    public var skipsCRDs = false
    public var skipsTests = false
    public var skipsSchemaValidation = false

    public init() {}

    /// One `--set`.
    public struct Parameter: Hashable, Sendable {
        public var name: String
        public var value: String
        /// The value is text, whatever it looks like.
        public var isText: Bool

        public init(name: String, value: String, isText: Bool = false) {
            self.name = name
            self.value = value
            self.isText = isText
        }
    }

    /// One `--set-file`.
    public struct FileParameter: Hashable, Sendable {
        public var name: String
        /// As `valueFiles`.
        public var path: String

        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }
}
