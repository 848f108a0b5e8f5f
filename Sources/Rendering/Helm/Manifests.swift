internal import GoTemplate
public import Model

/// What a chart rendered to, in the order in which Helm installs it.
public struct ChartOutput: Sendable {
    /// One document of a rendered file.
    public struct Manifest: Hashable, Sendable {
        /// `shop/templates/web.yaml`.
        public var path: String
        /// The line of the template that wrote its first line, comments aside.
        public var line: Int
        public var text: [UInt8]
        /// What the text says, as it was read to sort it: usually one document, none when it is all comments.
        public var documents: [Node]
        public var kind: String
        /// The events of `helm.sh/hook`; empty for what is no hook.
        public var hookEvents: [String] = []

        public var isTest: Bool { hookEvents.contains("test") }
    }

    /// The files of `crds/`, as they are.
    public var definitions: [ChartFile]
    public var manifests: [Manifest]
    public var hooks: [Manifest]
    /// What the chart tells the person who installs it.
    public var notes: [UInt8]
    public var warnings: [String]
}

extension ChartOutput {
    /// Splits the rendered files and sorts their documents.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/release/v1/util/manifest_sorter.go
    init(_ files: RenderedFiles, chart: String) throws(ChartError) {
        definitions = files.definitions
        warnings = files.warnings
        manifests = []
        hooks = []
        notes = files.texts["\(chart)/templates/NOTES.txt"]?.text.bytes ?? []
        for (path, file) in files.texts.sorted(byBytesOf: \.key)
        where !path.hasSuffix("NOTES.txt") {
            for document in splitDocuments(file.text.bytes) {
                try sort(document, path, line: file.line(at: contentStart(of: document)))
            }
        }
        manifests = inInstallOrder(manifests)
        hooks = inInstallOrder(hooks)
    }

    private mutating func sort(_ document: ArraySlice<UInt8>, _ path: String, line: Int)
        throws(ChartError)
    {
        let text = Array(document)
        let documents: [Node]
        let head: ManifestHead
        do {
            documents = try goDocuments(text, file: path)
            head = try ManifestHead(documents.first ?? .null)
        } catch {
            throw ChartError("YAML parse error on \(path): \(error.message)", isOfRendering: true)
        }
        var manifest = Manifest(
            path: path, line: line, text: text, documents: documents, kind: head.kind)
        guard let hook = head.annotations["helm.sh/hook"] else {
            manifests.append(manifest)
            return
        }
        for name in hook.split(separator: ",", omittingEmptySubsequences: false) {
            let event = String(name).trimmed.lowercased()
            // One unknown event, and Helm leaves the whole document out.
            guard Self.hookEvents.contains(event) else { return }
            manifest.hookEvents.append(event == "test-success" ? "test" : event)
        }
        hooks.append(manifest)
    }

    private static let hookEvents: Set<String> = [
        "pre-install", "post-install", "pre-delete", "post-delete", "pre-upgrade", "post-upgrade",
        "pre-rollback", "post-rollback", "test", "test-success",
    ]

    /// Everything as `helm template` prints it.
    ///
    /// - Parameters:
    ///   - includesDefinitions: Whether the CRDs come first.
    ///   - skipsTests: Whether hooks that only tests run are left out.
    public func text(includesDefinitions: Bool = false, skipsTests: Bool = false) -> [UInt8] {
        var text: [UInt8] = []
        func add(_ path: String, _ bytes: [UInt8]) {
            text += "---\n# Source: \(path)\n".utf8
            text += bytes
            text.append(UInt8(ascii: "\n"))
        }
        if includesDefinitions {
            for definition in definitions { add(definition.name, definition.bytes) }
        }
        for manifest in manifests { add(manifest.path, manifest.text) }
        text = Array(trimmedSpace(text[...])) + [UInt8(ascii: "\n")]
        for hook in hooks where !(skipsTests && hook.isTest) { add(hook.path, hook.text) }
        return text
    }
}

/// Where the first line begins that is neither empty nor a comment.
private func contentStart(of document: ArraySlice<UInt8>) -> Int {
    var line = document
    while let first = line.firstIndex(where: { $0 > 0x20 }) {
        guard line[first] == UInt8(ascii: "#"), let end = line[first...].firstIndex(of: 0x0A) else {
            return first
        }
        line = document[(end + 1)...]
    }
    return document.startIndex
}

/// The documents of a rendered file: everything between lines that begin with `---`, without white space in
/// front; a rest of such a line is part of the document.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/release/v1/util/manifest.go (SplitManifests)
func splitDocuments(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var documents: [ArraySlice<UInt8>] = []
    let text = withoutLeadingSpace(bytes[...])
    var start = text.startIndex
    var line = text.startIndex
    func end(at place: Int) {
        let document = withoutLeadingSpace(text[start..<place])
        if !document.isEmpty { documents.append(document) }
    }
    while line < text.endIndex {
        if text[line] == 0x2D, text[line...].starts(with: [0x2D, 0x2D, 0x2D]) {
            end(at: line)
            start = line + 3
            while start < text.endIndex, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
            line = start
        }
        guard let newline = bytes.place(of: 0x0A, from: line) else { break }
        line = newline + 1
    }
    end(at: text.endIndex)
    return documents
}

private func withoutLeadingSpace(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var start = bytes.startIndex
    while start < bytes.endIndex {
        if isASCIISpace(bytes[start]) {
            start += 1
        } else if bytes[start] >= 0x80, let length = leadingSpace(bytes[start...]) {
            start += length
        } else {
            break
        }
    }
    return bytes[start...]
}

/// Without white space at both ends, as Go's `bytes.TrimSpace`.
func trimmedSpace(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let rest = withoutLeadingSpace(bytes)
    var end = rest.endIndex
    while end > rest.startIndex {
        if isASCIISpace(rest[end - 1]) {
            end -= 1
            continue
        }
        guard rest[end - 1] >= 0x80 else { break }
        let first = rest[..<end].lastIndex { $0 & 0xC0 != 0x80 } ?? rest.startIndex
        guard leadingSpace(rest[first..<end]) == end - first else { break }
        end = first
    }
    return rest[..<end]
}

private func isASCIISpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

/// How many bytes the white space beyond ASCII at the beginning takes, as Go's `unicode.IsSpace` has it.
private func leadingSpace(_ bytes: ArraySlice<UInt8>) -> Int? {
    var iterator = bytes.prefix(4).makeIterator()
    var decoder = UTF8()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator),
        scalar.properties.isWhitespace
    else { return nil }
    return UTF8.width(scalar)
}

/// By the place of the kind in Helm's order; unknown kinds last and by name; otherwise as they came.
private func inInstallOrder(_ manifests: [ChartOutput.Manifest]) -> [ChartOutput.Manifest] {
    manifests.enumerated().sorted { a, b in
        let places = (installOrder[a.element.kind], installOrder[b.element.kind])
        switch places {
        case (let first?, let second?):
            return first != second ? first < second : a.offset < b.offset
        case (nil, nil):
            return a.element.kind != b.element.kind
                ? a.element.kind.utf8.lexicographicallyPrecedes(b.element.kind.utf8)
                : a.offset < b.offset
        case (let first, _): return first != nil
        }
    }.map(\.element)
}

/// The place of a kind in the order in which Helm installs objects.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/release/v1/util/kind_sorter.go (InstallOrder)
private let installOrder: [String: Int] = Dictionary(
    uniqueKeysWithValues: [
        "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange",
        "PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList",
        "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim",
        "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding",
        "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service",
        "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment",
        "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress",
        "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    ].enumerated().map { ($1, $0) })

/// What Helm reads of a document before it sorts it.
struct ManifestHead {
    private(set) var kind = ""
    private(set) var annotations: [String: String] = [:]

    init(_ node: Node) throws(ChartError) {
        if node.isNull { return }
        guard case .object(let fields) = node else {
            throw ChartError(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal \(node.goKind) "
                    + "into Go value of type util.SimpleHead")
        }
        let head = GoStructReader(fields, "SimpleHead")
        var version = ""
        try head.text("apiVersion", &version)
        try head.text("kind", &kind)
        guard let metadata = fields["metadata"], !metadata.isNull else { return }
        guard case .object(let entries) = metadata else {
            throw ChartError(
                "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                    + "\(metadata.goKind) into Go struct field SimpleHead.metadata of type struct { "
                    + "Name string \"json:\\\"name\\\"\"; Annotations map[string]string "
                    + "\"json:\\\"annotations\\\"\" }")
        }
        let reader = GoStructReader(entries, "SimpleHead.metadata")
        var name = ""
        try reader.text("name", &name)
        try reader.textMap("annotations", &annotations)
    }
}
