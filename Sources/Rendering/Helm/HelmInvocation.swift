internal import Digests
public import Model
internal import YAML

/// What `helm template` has to be run with to render a chart of a repository as `renderHelm` does.
public struct HelmInvocation: Sendable {
    public var chart: ChartIdentity
    /// By their paths from the folder that it runs in.
    public var files: [(path: String, bytes: [UInt8])]
    public var arguments: [String]
    private let scrubber: SecretScrubber

    /// Makes the invocation; `options.chart.reads` is told what goes into it.
    public init(_ tree: FileTree, path: String, options: HelmOptions) throws(ChartError) {
        let found = try Chart.files(of: tree, path: path)
        let reads = options.chart.reads
        reads.note(.chart) { chartDigest(found).description }
        let chart = try Chart(files: found)
        self.chart = ChartIdentity(name: chart.name, version: chart.metadata.version)
        files = found.map { ("chart/\($0.name)", $0.bytes) }
        try options.chart.release.check()

        let capabilities = options.chart.capabilities
        reads.note(.kubeVersion("Version")) { capabilities.kubeVersion }
        reads.note(.apiVersions) {
            Digest(of: capabilities.apiVersions.joined(separator: "\n")).description
        }
        arguments = [
            "template", options.chart.release.name, "chart", "--namespace",
            options.chart.release.namespace, "--kube-version", capabilities.kubeVersion,
        ]
        arguments += capabilities.apiVersions.flatMap { ["--api-versions", $0] }
        if !options.skipsCRDs { arguments.append("--include-crds") }
        if options.skipsTests { arguments.append("--skip-tests") }
        if options.chart.skipsSchemaValidation { arguments.append("--skip-schema-validation") }

        let source = HelmSourceFiles(tree: tree, folder: path, options: options)
        let values = try source.values()
        scrubber = secretScrubber(of: chart, values)
        for (number, text) in try source.valueTexts().enumerated() {
            files.append(("values-\(number).yaml", text))
            arguments += ["--values", "values-\(number).yaml"]
        }
        for setting in values.settings { arguments += ["--set", setting] }
        for setting in values.textSettings { arguments += ["--set-string", setting] }
        for (number, parameter) in options.fileParameters.enumerated() {
            files.append(("parameter-\(number)", try values.readFile(parameter.path)))
            arguments += ["--set-file", "\(parameter.name)=parameter-\(number)"]
        }
    }

    /// What Helm said, without secrets of the values.
    public func scrub(_ text: String) -> String { scrubber.scrub(text) }

    /// The objects that Helm printed, with the files of the templates as their origins.
    ///
    /// - Parameter path: The folder of the chart in the repository.
    public func read(_ output: [UInt8], path: String) -> Rendered {
        var rendering = DirectoryRendering(
            tree: FileTree(), options: DirectoryOptions(isExplicit: true))
        rendering.leavesOutOthers = false
        for (source, text) in Self.documents(output) {
            let file = source.map { placeInRepository($0, chart: chart.name, path) }
            rendering.readYAML(text, file: file ?? "\(path)/Chart.yaml", dialect: .goYAML)
        }
        let unique = withoutRepetitions(rendering.objects)
        return Rendered(
            objects: unique.objects, problems: rendering.problems,
            warnings: rendering.warnings + unique.warnings)
    }

    /// The documents, each after a line `---` and one that names its template.
    private static func documents(_ output: [UInt8]) -> [(source: String?, text: [UInt8])] {
        let mark = Array("# Source: ".utf8)
        var documents: [(source: String?, text: [UInt8])] = []
        var text: [UInt8] = []
        var source: String?
        var isAfterDivider = true
        for line in output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if isAfterDivider, line.starts(with: mark) {
                if !text.isEmpty { documents.append((source, text)) }
                text = []
                source = String(decoding: line.dropFirst(mark.count), as: UTF8.self)
            } else {
                text += line
                text.append(UInt8(ascii: "\n"))
            }
            isAfterDivider = line.elementsEqual("---".utf8)
        }
        return documents + [(source, text)]
    }
}
