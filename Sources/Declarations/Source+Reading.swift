internal import Model
internal import YAML

extension Application.Source {
    /// `source`, or all of `sources`, without those that are wrong.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/
    static func all(_ reading: inout StrictReading, _ spec: FieldPath) -> [Self] {
        let (one, several) = (spec.appending("source"), spec.appending("sources"))
        // Beside `source`, no sources at all count for nothing.
        let isOne = reading.node(one) != nil && reading.node(several)?.arrayValue?.isEmpty == true
        guard !isOne, reading.node(several) != nil else {
            guard reading.node(one) != nil else {
                reading.refuse(one, "is required")
                return []
            }
            let source = Self(&reading, one)
            checkReferences(&reading, [(one, source?.helm)], names: [])
            return [source].compactMap { $0 }
        }
        if reading.node(one) != nil {
            reading.warn(one, "counts for nothing beside sources")
        }
        let elements = reading.elements(several)
        if elements.isEmpty { reading.refuse(several, "is empty") }
        let sources = elements.map { ($0, Self(&reading, $0)) }
        var names: Set<String> = []
        for (path, source) in sources {
            guard let name = source?.ref else { continue }
            if !names.insert(name).inserted {
                reading.refuse(path.appending("ref"), "\(name) is the name of another source")
            }
        }
        checkReferences(&reading, sources.map { ($0, $1?.helm) }, names: names)
        let read = sources.compactMap(\.1)
        if !read.isEmpty, read.count == sources.count, !read.contains(where: \.isRendered) {
            reading.refuse(several, "give no manifests", hint: "give one a path")
        }
        return read
    }

    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        let isObject = reading.hasObject(
            path,
            known: ["repoURL", "path", "targetRevision", "directory", "helm", "ref", "chart"],
            unsupported: [
                "kustomize": "Kustomize sources are not supported yet by this release",
                "plugin": "config management plugins are not supported",
                "name": "names of sources are not supported yet by this release",
            ])
        guard isObject else { return nil }
        let chart = reading.filled(path.appending("chart"))
        let url = reading.repositoryURL(path.appending("repoURL"), isOfCharts: chart != nil)
        let revision = reading.filled(path.appending("targetRevision"))
        let directory = Application.Directory(&reading, path.appending("directory"))
        let helm = HelmSource(&reading, path.appending("helm"))
        if directory.isExplicit, reading.node(path.appending("helm")) != nil {
            reading.refuse(
                path, "has both a directory and a helm", hint: "keep one of them")
        }
        let ref = Self.ref(&reading, path)
        if chart != nil {
            Self.checkChart(&reading, path)
            guard let url, let revision else { return nil }
            self.init(
                repoURL: url, path: "", targetRevision: revision, directory: directory, helm: helm)
            self.chart = chart
            return
        }
        let isNamed = reading.node(path.appending("path")) != nil
        let folder = reading.repositoryPath(
            path.appending("path"), isRequired: ref == nil || isNamed)
        guard let url, let folder else { return nil }
        self.init(
            repoURL: url, path: folder, targetRevision: revision ?? "HEAD",
            directory: directory, helm: helm)
        self.ref = ref
        isRendered = ref == nil || isNamed
    }

    /// Refuses what does not go with a chart, and a chart without a version.
    ///
    /// Source: https://github.com/argoproj/argo-cd/blob/master/util/argo/argo.go (ValidateRepo)
    private static func checkChart(_ reading: inout StrictReading, _ path: FieldPath) {
        let revision = path.appending("targetRevision")
        if reading.filled(revision) == nil {
            reading.refuse(
                revision, "is required with a chart", hint: "a version, or a range such as ^1.2")
        }
        for field in ["path", "directory", "ref"]
        where reading.node(path.appending(field)) != nil {
            reading.refuseField(
                path.appending(field), "goes with a folder of Git, and not with a chart")
        }
    }

    /// Letters, digits, `-` and `_`, as Argo CD has them.
    private static func ref(_ reading: inout StrictReading, _ path: FieldPath) -> String? {
        let field = path.appending("ref")
        guard let name = reading.filled(field) else { return nil }
        guard name.utf8.allSatisfy(isNameByte) else {
            reading.refuse(
                field, "\"\(name)\" is no name of a source",
                hint: "use letters, digits, - and _")
            return nil
        }
        if path.steps.last == .key("source") {
            reading.refuse(field, "has a meaning among sources only")
        }
        return name
    }

    /// Refuses value files of sources that there are not.
    private static func checkReferences(
        _ reading: inout StrictReading, _ sources: [(FieldPath, HelmSource?)], names: Set<String>
    ) {
        for (path, helm) in sources {
            guard let helm else { continue }
            let files =
                helm.valueFiles.enumerated().map {
                    (FieldPath(path.steps + [.key("helm"), .key("valueFiles"), .index($0)]), $1)
                }
                + helm.fileParameters.enumerated().map {
                    (
                        FieldPath(
                            path.steps + [
                                .key("helm"), .key("fileParameters"), .index($0), .key("path"),
                            ]), $1.path
                    )
                }
            for (field, file) in files {
                guard let name = HelmSource.reference(in: file), !names.contains(name),
                    !HelmSource.isBuildVariable(name)
                else { continue }
                reading.refuse(
                    field, "no source has the ref \(name)",
                    hint: suggestion(for: name, among: names.sorted()))
            }
        }
    }
}

private func isNameByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x2D || byte == 0x5F
}

extension HelmSource {
    /// `values` of `$values/production.yaml`: a source's name, or a variable; `nil` without a `$` in front.
    public static func reference(in file: String) -> String? {
        guard file.hasPrefix("$") else { return nil }
        let name = file.dropFirst().prefix { $0 != "/" }
        return name.isEmpty || name.hasPrefix("{") ? nil : String(name)
    }

    /// Whether a path of a value file leads into another source.
    public static func isElsewhere(_ file: String) -> Bool {
        reference(in: file).map { !isBuildVariable($0) } ?? false
    }

    /// Whether Argo CD sets a variable of this name.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/build-environment/
    static func isBuildVariable(_ name: String) -> Bool {
        name.hasPrefix("ARGOCD_APP_") || name == "KUBE_VERSION" || name == "KUBE_API_VERSIONS"
    }
}

extension StrictReading {
    /// The URL of a repository; one with a password in it is a mistake.
    mutating func repositoryURL(_ path: FieldPath, isOfCharts: Bool = false) -> String? {
        guard let url = requiredString(path) else { return nil }
        if url.hasPrefix("oci://"), !isOfCharts {
            refuse(
                path, "is no URL of a Git repository",
                hint: path.steps.first == .key("repositories")
                    ? "type: oci" : "of a registry a chart is taken, by its name in chart")
            return nil
        }
        // The query of an address of charts may be a token as well.
        if holdsPassword(url) || isOfCharts && url.contains("?") {
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
