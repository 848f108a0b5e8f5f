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
                "project", "source", "destination", "syncPolicy", "info", "revisionHistoryLimit",
            ],
            unsupported: [
                "sources": "several sources are not supported yet by this release",
                "sourceHydrator": "the source hydrator is not supported",
                "ignoreDifferences": "ignored differences are not supported yet by this release",
            ])
        let project = Self.project(&reading)
        let source = Source(&reading, spec.appending("source"))
        let destination = Destination(&reading, spec.appending("destination"))
        let syncPolicy = SyncPolicy(&reading, spec.appending("syncPolicy"))
        let info = Self.info(&reading, spec.appending("info"))
        Self.warnOfHistoryLimit(&reading, spec.appending("revisionHistoryLimit"))
        guard let metadata, let source, let destination else { return nil }
        self.init(
            name: metadata.name, namespace: metadata.namespace, project: project, source: source,
            destination: destination, syncPolicy: syncPolicy, labels: metadata.labels,
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

extension Application.Source {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.node(path) != nil else {
            // Said already when there are `sources` in its place.
            if reading.node(FieldPath("spec", "sources")) == nil {
                reading.refuse(path, "is required")
            }
            return nil
        }
        let isObject = reading.hasObject(
            path, known: ["repoURL", "path", "targetRevision", "directory", "helm"],
            unsupported: [
                "chart": "charts from repositories are not supported yet by this release",
                "kustomize": "Kustomize sources are not supported yet by this release",
                "plugin": "config management plugins are not supported",
                "ref": "references between sources are not supported yet by this release",
                "name": "names of sources are not supported yet by this release",
            ])
        guard isObject else { return nil }
        let url = reading.repositoryURL(path.appending("repoURL"))
        let folder =
            reading.node(path.appending("chart")) == nil
            ? reading.repositoryPath(path.appending("path"), isRequired: true) : nil
        let revision = reading.string(path.appending("targetRevision")) ?? ""
        let directory = Application.Directory(&reading, path.appending("directory"))
        let helm = HelmSource(&reading, path.appending("helm"))
        if directory.isExplicit, reading.node(path.appending("helm")) != nil {
            reading.refuse(
                path, "has both a directory and a helm", hint: "keep one of them")
        }
        guard let url, let folder else { return nil }
        self.init(
            repoURL: url, path: folder, targetRevision: revision.isEmpty ? "HEAD" : revision,
            directory: directory, helm: helm)
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

extension StrictReading {
    /// The URL of a Git repository; one with a password in it is a mistake.
    mutating func repositoryURL(_ path: FieldPath) -> String? {
        guard let url = requiredString(path) else { return nil }
        if url.hasPrefix("oci://") {
            refuse(path, "OCI sources are not supported yet by this release")
            return nil
        }
        if holdsPassword(url) {
            refuse(
                path, "holds a password or token",
                hint: "keep it in a file or a variable, and name that in credentials")
            return nil
        }
        return url
    }

    /// A folder of a repository, without `.` and slashes at its ends; one that leaves the repository is a mistake.
    mutating func repositoryPath(_ path: FieldPath, isRequired: Bool) -> String? {
        guard let text = isRequired ? requiredString(path) : (string(path) ?? "") else {
            return nil
        }
        if text.hasPrefix("/") {
            refuse(path, "\"\(text)\" begins with a slash", hint: "paths start at the root as .")
            return nil
        }
        var parts: [Substring] = []
        for part in text.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                refuse(path, "\"\(text)\" leaves the repository")
                return nil
            }
        }
        return parts.joined(separator: "/")
    }
}

/// Whether something secret stands in front of the host: `https://user:secret@host`, `https://token@host`.
///
/// A user name alone is none in `ssh://git@host`, where it is part of the address.
private func holdsPassword(_ url: String) -> Bool {
    guard let scheme = url.range(ofText: "://") else { return false }
    let authority = url[scheme.upperBound...].prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return false }
    return authority[..<at].contains(":") || url.lowercased().hasPrefix("http")
}

extension String {
    fileprivate func range(ofText text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
