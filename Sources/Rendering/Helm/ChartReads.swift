internal import Digests
internal import GoTemplate
public import Model

/// Something that a rendering of a chart wanted to know besides its options.
///
/// A rendering is a function of its options, of the time, of randomness, and of the answers to its questions: the
/// same answers lead to the same further questions, and to the same bytes.
public enum ChartQuestion: Hashable, Sendable {
    /// The files of the chart.
    case chart
    /// What a file of the repository holds, by its path.
    case file(String)
    /// The files that a path or a glob means.
    case files(String)
    /// What stands for a variable such as `ARGOCD_APP_REVISION`.
    case variable(String)
    case time
    /// The rules of a time zone.
    case zone(String)
    /// `Version`, `Major` and so on of the cluster.
    case kubeVersion(String)
    /// Whether the cluster's version meets the constraint of a chart.
    case constraint(String)
    /// Every API version that is served.
    case apiVersions
    /// Whether an API version is served.
    case serves(String)
    case lookup(ChartLookup.Query)
}

extension ChartQuestion {
    /// For the record, and unique to the question.
    public var text: String {
        switch self {
        case .chart: "chart"
        case .file(let path): "file \(path)"
        case .files(let pattern): "files \(pattern)"
        case .variable(let name): "variable \(name)"
        case .time: "time"
        case .zone(let name): "zone \(name)"
        case .kubeVersion(let part): "kubeVersion \(part)"
        case .constraint(let text): "kubeVersion is \(text)"
        case .apiVersions: "apiVersions"
        case .serves(let version): "apiVersions has \(version)"
        case .lookup(let query): "lookup \(query.text)"
        }
    }

    /// Whether the cluster or the machine answers it, and not the commit.
    public var isOfSurroundings: Bool {
        switch self {
        case .chart, .file, .files, .variable, .time: false
        case .kubeVersion, .constraint, .apiVersions, .serves, .lookup, .zone: true
        }
    }
}

/// Told what a rendering asks and is answered.
public struct ChartReads: Sendable {
    /// The answer is made only for who wants it.
    public var note: @Sendable (ChartQuestion, _ answer: () -> String) -> Void

    public init(note: @escaping @Sendable (ChartQuestion, _ answer: () -> String) -> Void) {
        self.note = note
    }

    public static let unheard = ChartReads { _, _ in }
}

/// Answers `lookup` of templates.
public struct ChartLookup: Sendable {
    public struct Query: Hashable, Sendable {
        public var apiVersion: String
        public var kind: String
        /// Empty for objects without namespace, and for all namespaces.
        public var namespace: String
        /// Empty for all objects.
        public var name: String

        public init(apiVersion: String, kind: String, namespace: String, name: String) {
            self.apiVersion = apiVersion
            self.kind = kind
            self.namespace = namespace
            self.name = name
        }

        public var text: String { "\(apiVersion) \(kind) \(namespace)/\(name)" }
    }

    /// An object, or a list with `items`; empty when there is none.
    public var find: @Sendable (Query) -> Mapping

    public init(find: @escaping @Sendable (Query) -> Mapping) { self.find = find }

    /// Finds these objects and no others.
    public init(objects: [Node]) {
        self.init { query in
            let found = objects.filter { object in
                let metadata = object["metadata"]
                return object["apiVersion"]?.stringValue == query.apiVersion
                    && object["kind"]?.stringValue == query.kind
                    && (query.name.isEmpty || metadata?["name"]?.stringValue == query.name)
                    && (query.namespace.isEmpty
                        || metadata?["namespace"]?.stringValue ?? query.namespace == query.namespace)
            }
            guard query.name.isEmpty else { return found.first?.objectValue ?? Mapping() }
            return Mapping([
                ("apiVersion", .string(query.apiVersion)), ("kind", .string(query.kind + "List")),
                ("items", .array(found)), ("metadata", .object(Mapping())),
            ])
        }
    }

    /// Finds nothing, as `helm template` does.
    public static let empty = ChartLookup { _ in Mapping() }
}

extension ChartLookup {
    static let function = Function(inContext: "lookup") {
        (
            execution: inout Execution, apiVersion: ByteString, kind: ByteString,
            namespace: ByteString, name: ByteString
        ) throws(TemplateError) -> Map in
        let query = Query(
            apiVersion: "\(apiVersion)", kind: "\(kind)", namespace: "\(namespace)",
            name: "\(name)")
        return Map(try execution.given(ChartLookup.self).find(query))
    }
}

/// Of the files of a chart, in whatever order they are.
func chartDigest(_ files: [ChartFile]) -> Digest {
    var builder = DigestBuilder()
    for file in files.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
        builder.update(field: file.name)
        builder.update(field: Digest(of: file.bytes).description)
    }
    return builder.finish()
}
