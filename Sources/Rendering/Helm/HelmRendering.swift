internal import Digests
internal import GoTemplate
public import Model
internal import YAML

/// How a chart in a repository is rendered for an application.
public struct HelmOptions: Sendable {
    /// Paths from the chart's folder, or with a slash in front from the root of the repository; globs are
    /// allowed.
    public var valueFiles: [String] = []
    public var ignoresMissingValueFiles = false
    /// A YAML text, over the files.
    public var values = ""
    /// Counts in place of `values`.
    public var valuesObject: Mapping?
    /// `--set` and `--set-string`, in their order.
    public var parameters: [(name: String, value: String, isText: Bool)] = []
    /// `--set-file`: the name, and a path as in `valueFiles`.
    public var fileParameters: [(name: String, path: String)] = []
    public var skipsCRDs = false
    public var skipsTests = false
    public var chart: ChartOptions
    /// What stands for `$NAME` in parameters and paths, as Argo CD sets it.
    ///
    /// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/build-environment/
    public var environment: [String: String] = [:]
    /// Other sources, in which `$NAME/path` finds value files.
    public var references: [String: Reference] = [:]

    /// Another source, with value files.
    public struct Reference: Sendable {
        public var files: FileTree
        /// Where the files are from, for messages: repository and revision.
        public var place: String

        public init(_ files: FileTree, of place: String) {
            self.files = files
            self.place = place
        }
    }

    public init(chart: ChartOptions) { self.chart = chart }
}

/// What a chart is called, for the record.
public struct ChartIdentity: Hashable, Sendable {
    public var name: String
    public var version: String
}

/// Whether the folder of a source is a Helm chart.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/tool_detection/
public func holdsChart(_ tree: FileTree, path: String) -> Bool {
    if case .file = tree.resolve(path.isEmpty ? "Chart.yaml" : "\(path)/Chart.yaml") {
        true
    } else {
        false
    }
}

/// Renders a chart that lies in a repository as Argo CD has Helm render it.
///
/// Objects have the line of their template at which their document begins as their origin.
///
/// Source: https://github.com/argoproj/argo-cd/blob/master/reposerver/repository/repository.go (helmTemplate)
public func renderHelm(
    _ tree: FileTree, path: String, options: HelmOptions,
    with surroundings: (ChartIdentity) -> ChartSurroundings
) -> (Rendered, ChartIdentity?) {
    var rendering = DirectoryRendering(
        tree: FileTree(), options: DirectoryOptions(isExplicit: true))
    rendering.leavesOutOthers = false
    var identity: ChartIdentity?
    var read: (chart: Chart, values: ChartValues)?
    do throws(ChartError) {
        let files = try Chart.files(of: tree, path: path)
        options.chart.reads.note(.chart) { chartDigest(files).description }
        let chart = try Chart(files: files)
        let found = ChartIdentity(name: chart.name, version: chart.metadata.version)
        identity = found
        let source = HelmSourceFiles(tree: tree, folder: path, options: options)
        let values = try source.values()
        read = (chart, values)
        let output = try chart.rendered(values, options.chart, with: surroundings(found))
        for warning in output.warnings {
            rendering.warn(SourceLocation(file: path), "helm: \(warning)")
        }
        let place = { (file: String) in placeInRepository(file, chart: chart.name, path) }
        if !options.skipsCRDs {
            for file in output.definitions {
                rendering.readYAML(file.bytes, file: place(file.name), dialect: .goYAML)
            }
        }
        for manifest in output.manifests + output.hooks
        where !(options.skipsTests && manifest.isTest) {
            rendering.take(
                manifest.documents,
                writtenAt: SourceLocation(file: place(manifest.path), line: manifest.line))
        }
    } catch {
        // What is refused is put on record.
        let scrubber = read.map { secretScrubber(of: $0.chart, $0.values) }
        rendering.refuse(
            path.isEmpty ? "Chart.yaml" : path,
            "helm: \(scrubber?.scrub(error.message) ?? error.message)",
            hint: error.hint)
    }
    let unique = withoutRepetitions(rendering.objects)
    return (
        Rendered(
            objects: unique.objects, problems: rendering.problems,
            warnings: rendering.warnings + unique.warnings), identity
    )
}

/// `shop/templates/web.yaml` of a chart in `charts/shop` is `charts/shop/templates/web.yaml`.
func placeInRepository(_ file: String, chart: String, _ folder: String) -> String {
    let below = file.hasPrefix(chart + "/") ? String(file.dropFirst(chart.count + 1)) : file
    return folder.isEmpty ? below : "\(folder)/\(below)"
}

/// A path of a value file, from the root of the repository; `nil` when it leaves that.
///
/// - Parameter text: From the folder, or with a slash in front from the root.
public func pathInRepository(_ text: String, from folder: String) -> String? {
    let full = text.hasPrefix("/") || folder.isEmpty ? text : "\(folder)/\(text)"
    var parts: [Substring] = []
    for part in full.split(separator: "/") where part != "." {
        if part != ".." {
            parts.append(part)
        } else if parts.popLast() == nil {
            return nil
        }
    }
    return parts.joined(separator: "/")
}

/// The files that an application's values come from.
struct HelmSourceFiles: Sendable {
    let tree: FileTree
    let folder: String
    let options: HelmOptions

    func values() throws(ChartError) -> ChartValues {
        let source = self
        var values = ChartValues { path throws(ChartError) in
            try source.read(source.substituted(path))
        }
        for file in try valueFiles() {
            try values.add(
                file: try read(file), name: file.hasPrefix("/") ? String(file.dropFirst()) : file)
        }
        if let fields = options.valuesObject {
            values.add(fields, name: "valuesObject")
        } else if !options.values.isEmpty {
            try values.add(file: Array(options.values.utf8), name: "values")
        }
        for parameter in options.parameters {
            let setting =
                "\(parameter.name)=\(escapedCommas(substituted(parameter.value)))"
            if parameter.isText {
                values.textSettings.append(setting)
            } else {
                values.settings.append(setting)
            }
        }
        values.fileSettings = options.fileParameters.map { "\($0.name)=\($0.path)" }
        return values
    }

    /// Files of values in the order in which they count, and last what the Application says itself.
    func valueTexts() throws(ChartError) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        for file in try valueFiles() { texts.append(try read(file)) }
        if let fields = options.valuesObject {
            texts.append(printJSON(.object(fields)))
        } else if !options.values.isEmpty {
            texts.append(Array(options.values.utf8))
        }
        return texts
    }

    private func valueFiles() throws(ChartError) -> [String] {
        var found: [String] = []
        for pattern in options.valueFiles {
            for file in try files(substituted(pattern)) where !found.contains(file) {
                found.append(file)
            }
        }
        return found
    }

    /// The files that a path or a glob means, ascending; a missing one is a mistake unless that is allowed.
    private func files(_ pattern: String) throws(ChartError) -> [String] {
        let found = try matching(pattern)
        options.chart.reads.note(.files(pattern)) {
            found.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }.joined(separator: "\n")
        }
        return found
    }

    private func matching(_ pattern: String) throws(ChartError) -> [String] {
        if pattern.contains("://") {
            throw ChartError(
                "\(pattern): values are not fetched from a network",
                hint: "keep the file in the repository")
        }
        let (tree, prefix, below, folder) = place(of: pattern)
        guard let path = pathInRepository(below, from: folder) else {
            throw ChartError("the value file \(pattern) is outside of the repository")
        }
        let isGlob = pattern.contains { "*?[{".contains($0) }
        if isGlob, let glob = try? Glob(path, separator: "/") {
            let found = tree.sortedPaths.filter { glob.matches($0) }.map { "\(prefix)/\($0)" }
            if !found.isEmpty || options.ignoresMissingValueFiles { return found }
            throw ChartError("no file matches the value files \(pattern)" + origin(of: prefix))
        }
        switch tree.resolve(path) {
        case .file: return ["\(prefix)/\(path)"]
        case .outside: throw ChartError("the value file \(pattern) is outside of the repository")
        case .folder, .missing, .loop:
            if options.ignoresMissingValueFiles { return [] }
            throw missing(path, prefix)
        }
    }

    /// In Helm's words; of another source with its name, since this one may have a file of that path.
    private func missing(_ path: String, _ prefix: String) -> ChartError {
        guard !prefix.isEmpty else {
            return ChartError("open \(path): no such file or directory")
        }
        return ChartError(
            "open \(prefix)/\(path): no such file or directory" + origin(of: prefix))
    }

    /// Such as ` in https://git.example.com/values at main (1a2b3c4), the source with ref values`.
    private func origin(of prefix: String) -> String {
        let name = String(prefix.dropFirst())
        return options.references[name].map { " in \($0.place), the source with ref \(name)" } ?? ""
    }

    private func read(_ path: String) throws(ChartError) -> [UInt8] {
        let (tree, prefix, below, folder) = place(of: path)
        guard let place = pathInRepository(below, from: folder),
            case .file(_, let bytes) = tree.resolve(place)
        else { throw missing(prefix.isEmpty ? path : below, prefix) }
        let name = prefix.isEmpty ? place : "\(prefix)/\(place)"
        options.chart.reads.note(.file(name)) { Digest(of: bytes).description }
        return bytes
    }

    /// Where a path leads: into a source that it names, such as `$values`, or into this one.
    private func place(of path: String) -> (
        tree: FileTree, prefix: String, path: String, folder: String
    ) {
        guard let name = referencedSource(path), let other = options.references[name] else {
            return (tree, "", path, folder)
        }
        return (other.files, "$" + name, String(path.dropFirst(name.count + 1)), "")
    }

    private func substituted(_ text: String) -> String {
        if let name = referencedSource(text), options.references[name] != nil {
            return "$" + name + substituted(String(text.dropFirst(name.count + 1)))
        }
        return resolved(text)
    }

    private func referencedSource(_ path: String) -> String? {
        guard path.hasPrefix("$") else { return nil }
        return String(path.dropFirst().prefix { $0 != "/" })
    }

    private func resolved(_ text: String) -> String {
        text.substituted(options.environment) { name, value in
            options.chart.reads.note(.variable(name)) { value }
        }
    }

    /// A comma ends a setting unless a backslash stands before it.
    ///
    /// Source: https://github.com/argoproj/argo-cd/blob/master/util/helm/cmd.go (cleanSetParameters)
    private func escapedCommas(_ text: String) -> String {
        if text.hasPrefix("{"), text.hasSuffix("}") { return text }
        var result = ""
        var last: Character?
        for character in text {
            if character == ",", last != "\\" { result.append("\\") }
            result.append(character)
            last = character
        }
        return result
    }
}

extension String {
    /// `$NAME` and `${NAME}` replaced by what they stand for; names that stand for nothing are left as they are.
    func substituted(_ values: [String: String], noting note: (String, String) -> Void) -> String {
        guard contains("$") else { return self }
        var result = ""
        var rest = self[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.first == "{"
            let start = isBraced ? rest.dropFirst() : rest
            let name = start.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
            let isClosed = !isBraced || start[name.endIndex...].first == "}"
            guard isClosed, let value = values[String(name)] else {
                result += "$"
                continue
            }
            note(String(name), value)
            result += value
            rest = isBraced ? start[name.endIndex...].dropFirst() : start[name.endIndex...]
        }
        return result + rest
    }
}
