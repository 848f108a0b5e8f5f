internal import Model
internal import YAML

extension DirectoryRendering {
    mutating func read(_ bytes: [UInt8], file: String) {
        if file.hasSuffix(".json") {
            readJSON(bytes, file: file)
        } else {
            readYAML(bytes, file: file)
        }
    }

    /// A JSON file holds one object.
    private mutating func readJSON(_ bytes: [UInt8], file: String) {
        let root: Node
        do {
            root = try parseJSON(bytes)
        } catch {
            refuse(file, error.summary, hint: error.hint)
            return
        }
        guard root.arrayValue == nil else {
            refuse(file, "holds a list", hint: "a JSON file holds one object: make it a List")
            return
        }
        take(root, at: { _ in SourceLocation(file: file, line: 1) }, documentIndex: 0)
    }

    mutating func readYAML(_ bytes: [UInt8], file: String, dialect: YAMLDialect = .strict) {
        let documents: [YAMLDocument]
        do {
            documents = try parseYAML(bytes, file: file, dialect: dialect)
        } catch {
            if looksLikeManifest(bytes) || !leavesOutOthers {
                for problem in error.all {
                    refuse(
                        at: problem.location, field: problem.field, problem.message,
                        hint: problem.hint)
                }
            } else {
                leaveOut(error.all.first?.location ?? SourceLocation(file: file))
            }
            return
        }
        for (index, document) in documents.enumerated() {
            // Argo CD leaves a file alone whose first document is no object of Kubernetes, unless
            // the file looks like a manifest.
            if leavesOutOthers, index == 0, (document.root["kind"]?.stringValue ?? "").isEmpty,
                !looksLikeManifest(bytes)
            {
                leaveOut(document.location(of: .root, in: file))
                return
            }
            take(
                document.root, at: { document.location(of: $0, in: file) }, documentIndex: index)
        }
    }

    /// Takes in the documents of a text that a template wrote, all with its place there as their origin.
    mutating func take(_ documents: [Node], writtenAt template: SourceLocation) {
        for (index, root) in documents.enumerated() {
            take(root, at: { _ in template }, documentIndex: index)
        }
    }

    /// Whether a file is meant for Kubernetes, judged by its text alone.
    ///
    /// Source: https://github.com/argoproj/argo-cd/blob/master/reposerver/repository/repository.go
    /// (getObjsFromYAMLOrJSON)
    private func looksLikeManifest(_ bytes: [UInt8]) -> Bool {
        FileTree.contains(bytes, "apiVersion:") && FileTree.contains(bytes, "kind:")
            && FileTree.contains(bytes, "metadata:")
    }

    private mutating func leaveOut(_ location: SourceLocation) {
        warn(location, "is left out: the file does not look like a manifest")
    }

    /// Takes in one document: an object, or a list of them.
    private mutating func take(
        _ root: Node, at location: (FieldPath) -> SourceLocation, documentIndex: Int
    ) {
        guard case .object(let fields) = root else {
            refuse(at: location(.root), "is no object but a \(root.kindName)")
            return
        }
        switch fields["items"] {
        // Anything with items is a list, whatever its kind.
        case .array(let items)?:
            for (index, item) in items.enumerated() {
                let path = FieldPath([.key("items"), .index(index)])
                guard item.objectValue != nil else {
                    refuse(
                        at: location(path), field: path, "is no object but a \(item.kindName)")
                    continue
                }
                if item["items"]?.arrayValue != nil {
                    refuse(at: location(path), field: path, "is a list in a list")
                    continue
                }
                take(object: item, at: location(path), documentIndex: documentIndex)
            }
        case .null? where fields["spec"] == nil && fields["status"] == nil: return
        default: take(object: root, at: location(.root), documentIndex: documentIndex)
        }
    }

    private mutating func take(object: Node, at origin: SourceLocation, documentIndex: Int) {
        guard let key = key(of: object, at: origin) else { return }
        append(
            RenderedObject(node: object, key: key, origin: origin, documentIndex: documentIndex))
    }

    private mutating func key(of object: Node, at origin: SourceLocation) -> ObjectKey? {
        let before = problems.count
        let apiVersion = text(object, FieldPath("apiVersion"), at: origin)
        let kind = text(object, FieldPath("kind"), at: origin)
        let namespacePath = FieldPath("metadata", "namespace")
        let hasNamespace = !(object.value(at: namespacePath) ?? .null).isNull
        let namespace =
            hasNamespace ? text(object, namespacePath, at: origin, mayBeEmpty: true) : ""
        let namePath = FieldPath("metadata", "name")
        let prefix = object["metadata"]?["generateName"]?.stringValue ?? ""
        let annotations = object["metadata"]?["annotations"]
        let isHook =
            annotations?["argocd.argoproj.io/hook"] != nil
            || annotations?["helm.sh/hook"] != nil
        let name = object.value(at: namePath) ?? .null
        if name.isNull, !prefix.isEmpty, isHook, let apiVersion, let kind {
            guard problems.count == before else { return nil }
            return generatedKey(
                ObjectKey(
                    group: GroupVersion(apiVersion).group, kind: kind, namespace: namespace ?? "",
                    name: prefix))
        }
        if name.isNull, !prefix.isEmpty, !isHook {
            refuse(
                at: origin, field: FieldPath("metadata", "generateName"),
                "only a hook may have its name made up by the cluster")
            return nil
        }
        guard let name = text(object, namePath, at: origin), let apiVersion, let kind,
            let namespace
        else { return nil }
        for (part, path) in [(name, namePath), (namespace, namespacePath)]
        where part.utf8.count > Self.nameBytesMax {
            refuse(
                at: origin, field: path,
                "has \(part.utf8.count) bytes, more than the \(Self.nameBytesMax) that a name may have"
            )
            return nil
        }
        return ObjectKey(
            group: GroupVersion(apiVersion).group, kind: kind, namespace: namespace, name: name)
    }

    /// The longest name of most kinds.
    ///
    /// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
    private static let nameBytesMax = 253

    /// The string at `path`; a mistake unless it is one.
    private mutating func text(
        _ object: Node, _ path: FieldPath, at origin: SourceLocation, mayBeEmpty: Bool = false
    ) -> String? {
        let node = object.value(at: path) ?? .null
        if node.isNull {
            refuse(at: origin, field: path, "is required")
            return nil
        }
        guard let text = node.stringValue else {
            refuse(
                at: origin, field: path, "must be a string, not a \(node.kindName)",
                hint: "put the value in quotes")
            return nil
        }
        if text.isEmpty, !mayBeEmpty {
            refuse(at: origin, field: path, "is empty")
            return nil
        }
        return text
    }
}
