public import Model

/// A file of a chart: its path below the chart's folder, and what it holds.
public struct ChartFile: Hashable, Sendable {
    public var name: String
    public var bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// The last part of the path.
    public var baseName: Substring {
        name.utf8.lastIndex(of: UInt8(ascii: "/")).map { name[name.utf8.index(after: $0)...] }
            ?? name[...]
    }
}

/// A Helm chart as it was packaged, with the charts it brings along.
///
/// Source: https://helm.sh/docs/topics/charts/
public struct Chart: Hashable, Sendable {
    public var metadata: ChartMetadata
    /// Of `Chart.lock` or `requirements.lock`; `nil` without such a file.
    public var lock: ChartLock?
    /// The defaults of `values.yaml`, an object.
    public var values: Mapping
    /// The bytes of `values.yaml` and of `Chart.yaml`; empty without such a file.
    public var valuesFile: [UInt8] = []
    public var metadataFile: [UInt8] = []
    /// The bytes of `values.schema.json`.
    public var schema: [UInt8]?
    /// What stands under `templates/`, in the order of paths.
    public var templates: [ChartFile]
    /// Every other file, in the order of paths: what `.Files` has, and the CRDs.
    public var files: [ChartFile]
    /// The charts of `charts/`, in the order of their folders or archives.
    public var dependencies: [Chart]

    public init(metadata: ChartMetadata) {
        self.metadata = metadata
        values = Mapping()
        templates = []
        files = []
        dependencies = []
    }

    public var name: String { metadata.name }

    /// Whether only other charts can use it: its templates are never printed.
    public var isLibrary: Bool { metadata.type.lowercased() == "library" }
}

/// What `Chart.lock` says was resolved.
public struct ChartLock: Hashable, Sendable {
    /// `sha256:` and the digest of the dependencies of Chart.yaml and of this file, as Helm hashes them.
    public var digest = ""
    public var dependencies: [ChartDependency] = []
}
