public import Digests
public import Model

/// One Argo CD Application: which folders and charts belong into which cluster, and how they get there.
///
/// Read strictly by `readApplications`: a value holds everything its manifest said, and a manifest that said
/// more than this type can hold was refused.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
public struct Application: Hashable, Sendable {
    /// Unique among all applications of one Tidemark, whatever their namespace.
    public var name: String
    /// Where the manifest itself would live, such as `argocd`, or empty; without part in what is deployed.
    public var namespace: String
    /// Always `default` in this release.
    public var project: String
    /// Never empty; of an object that several give, the last one counts.
    public var sources: [Source]
    public var destination: Destination
    public var syncPolicy: SyncPolicy
    public var labels: [String: String]
    public var annotations: [String: String]
    /// What becomes of its objects once the application itself leaves Git.
    public var removal: Removal
    /// Links and notes for people.
    public var info: [Info]
    /// Where the manifest begins.
    public var location: SourceLocation
    /// Of the manifest's canonical JSON: changes when anything that was declared does, not when it moves.
    public var digest: Digest
    /// The manifest itself, in canonical JSON.
    public var manifest: String

    /// The source whose commit is the application's: the first folder of Git that gives objects, else the first
    /// of Git at all; of charts alone the first one, and the commit is that of the manifest.
    public var source: Source {
        let folders = sources.filter { $0.chart == nil }
        return folders.first(where: \.isRendered) ?? folders.first ?? sources[0]
    }

    public init(
        name: String, namespace: String = "", project: String = "default", source: Source,
        furtherSources: [Source] = [], destination: Destination, syncPolicy: SyncPolicy = .manual,
        labels: [String: String] = [:],
        annotations: [String: String] = [:], removal: Removal = .keepsObjects, info: [Info] = [],
        location: SourceLocation, digest: Digest, manifest: String = ""
    ) {
        self.name = name
        self.namespace = namespace
        self.project = project
        sources = [source] + furtherSources
        self.destination = destination
        self.syncPolicy = syncPolicy
        self.labels = labels
        self.annotations = annotations
        self.removal = removal
        self.info = info
        self.location = location
        self.digest = digest
        self.manifest = manifest
    }

    /// Where the manifests come from.
    public struct Source: Hashable, Sendable {
        /// Of a Git repository; with a `chart` of an HTTP repository of charts, or a registry.
        public var repoURL: String
        /// Name of a chart in the repository, which has no `path` then.
        public var chart: String?
        /// Folder in the repository, without `/` at either end and without `.` and `..`; empty for its root.
        public var path: String
        /// The name by which other sources read value files of this one, as `$NAME/path`.
        public var ref: String?
        /// Whether it gives objects, and not only value files to others.
        public var isRendered = true
        /// Branch, tag, commit or range of versions; `HEAD`, the default branch, when the manifest says nothing.
        ///
        /// Of a chart its version, or a range of them.
        public var targetRevision: String
        public var directory: Directory
        /// The manifest has a `helm`: the folder is a chart.
        ///
        /// Without it a folder with a Chart.yaml is one too.
        public var helm: HelmSource?

        public init(
            repoURL: String, path: String, targetRevision: String = "HEAD",
            directory: Directory = .detected, helm: HelmSource? = nil
        ) {
            self.repoURL = repoURL
            self.path = path
            self.targetRevision = targetRevision
            self.directory = directory
            self.helm = helm
        }
    }

    /// Which files of the folder are manifests.
    public struct Directory: Hashable, Sendable {
        /// Also folders below.
        public var recurse: Bool
        /// Globs over paths below the folder; empty means that there is none.
        public var include: String
        public var exclude: String
        /// The manifest has a `directory`: the folder is plain even when it holds a Chart.yaml or a kustomization.yaml.
        public var isExplicit: Bool

        public init(recurse: Bool, include: String, exclude: String, isExplicit: Bool) {
            self.recurse = recurse
            self.include = include
            self.exclude = exclude
            self.isExplicit = isExplicit
        }

        /// What a source without `directory` means.
        public static let detected = Directory(
            recurse: false, include: "", exclude: "", isExplicit: false)
    }

    /// The cluster, and the namespace of objects that name none.
    public struct Destination: Hashable, Sendable {
        public var cluster: Cluster
        /// Empty when the manifest names none.
        public var namespace: String

        public init(cluster: Cluster, namespace: String) {
            self.cluster = cluster
            self.namespace = namespace
        }

        /// A cluster by the name of its environment or by its API server's URL, never by both.
        public enum Cluster: Hashable, Sendable, CustomStringConvertible {
            case name(String)
            case server(String)

            public var description: String {
                switch self {
                case .name(let name): name
                case .server(let server): server
                }
            }
        }
    }

    /// The meaning of the finalizer `resources-finalizer.argocd.argoproj.io`.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/app_deletion/
    public enum Removal: Hashable, Sendable {
        /// Without the finalizer: the objects stay, nobody manages them any longer.
        case keepsObjects
        /// With it: the objects go too, with this propagation.
        case deletesObjects(Propagation)
    }

    public struct Info: Hashable, Sendable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}
