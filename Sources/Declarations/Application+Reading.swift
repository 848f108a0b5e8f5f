internal import Digests
internal import Model
internal import YAML

extension Application {
    /// Reads the manifest; `nil` when a part without which there is no application is wrong.
    init?(_ reading: inout StrictReading) {
        let isObject = reading.hasObject(
            .root, known: ["apiVersion", "kind", "metadata", "spec"],
            unsupported: [
                "status": "belongs to Argo CD's controller, not into Git",
                "operation": "starts a sync from a manifest, which is not supported",
            ])
        let metadata = Metadata(&reading)
        let spec = FieldPath("spec")
        guard isObject, reading.node(spec) != nil else {
            if isObject { reading.refuse(spec, "is required") }
            return nil
        }
        _ = reading.hasObject(
            spec,
            known: [
                "project", "source", "sources", "destination", "syncPolicy", "info",
                "revisionHistoryLimit",
            ],
            unsupported: [
                "sourceHydrator": "the source hydrator is not supported",
                "ignoreDifferences": "ignored differences are not supported yet by this release",
            ])
        let project = Self.project(&reading)
        let sources = Source.all(&reading, spec)
        let destination = Destination(&reading, spec.appending("destination"))
        let syncPolicy = SyncPolicy(&reading, spec.appending("syncPolicy"))
        let info = Self.info(&reading, spec.appending("info"))
        Self.warnOfHistoryLimit(&reading, spec.appending("revisionHistoryLimit"))
        guard let metadata, let source = sources.first, let destination else { return nil }
        self.init(
            name: metadata.name, namespace: metadata.namespace, project: project, source: source,
            furtherSources: Array(sources.dropFirst()), destination: destination,
            syncPolicy: syncPolicy, labels: metadata.labels,
            annotations: metadata.annotations, removal: metadata.removal, info: info,
            location: reading.location(.root), digest: Digest(of: canonicalJSON(reading.root)),
            manifest: String(decoding: canonicalJSON(reading.root), as: UTF8.self))
    }

    private static func project(_ reading: inout StrictReading) -> String {
        let path = FieldPath("spec", "project")
        let name = reading.string(path) ?? ""
        if name.isEmpty || name == "default" { return "default" }
        reading.refuse(
            path, "project \(name): only the project default is supported by this release")
        return name
    }

    private static func info(_ reading: inout StrictReading, _ path: FieldPath) -> [Info] {
        reading.elements(path).compactMap { element in
            guard reading.hasObject(element, known: ["name", "value"]),
                let name = reading.requiredString(element.appending("name")),
                let value = reading.requiredString(element.appending("value"))
            else { return nil }
            return Info(name: name, value: value)
        }
    }

    private static func warnOfHistoryLimit(_ reading: inout StrictReading, _ path: FieldPath) {
        if reading.integer(path, in: 0...Int.max) != nil {
            reading.warn(path, "has no effect: the ledger keeps the whole history")
        }
    }
}

extension Application.Directory {
    init(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.node(path) != nil,
            reading.hasObject(
                path, known: ["recurse", "include", "exclude"],
                unsupported: ["jsonnet": "Jsonnet is not supported yet by this release"])
        else {
            self = .detected
            return
        }
        self.init(
            recurse: reading.bool(path.appending("recurse")) ?? false,
            include: reading.string(path.appending("include")) ?? "",
            exclude: reading.string(path.appending("exclude")) ?? "",
            isExplicit: true)
    }
}

extension Application.Destination {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.node(path) != nil else {
            reading.refuse(path, "is required")
            return nil
        }
        guard reading.hasObject(path, known: ["name", "server", "namespace"]) else { return nil }
        let name = reading.string(path.appending("name")) ?? ""
        let server = reading.string(path.appending("server")) ?? ""
        let namespace = reading.string(path.appending("namespace")) ?? ""
        if !namespace.isEmpty, !isLabelName(namespace) {
            reading.refuse(
                path.appending("namespace"), "\"\(namespace)\" is no name of a namespace")
        }
        switch (name.isEmpty, server.isEmpty) {
        case (false, true): self.init(cluster: .name(name), namespace: namespace)
        case (true, false): self.init(cluster: .server(server), namespace: namespace)
        case (true, true):
            reading.refuse(path, "names no cluster", hint: "give it a name or a server")
            return nil
        case (false, false):
            reading.refuse(path, "has both a name and a server", hint: "keep one of them")
            return nil
        }
    }
}
