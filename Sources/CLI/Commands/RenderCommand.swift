internal import ArgumentParser
internal import ChartCrypto
internal import Engine
internal import Model
internal import Rendering
internal import SQLiteLedger
internal import YAML

struct RenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render",
        abstract: "Print the manifests that a folder or a Helm chart gives.",
        discussion: """
            Needs no ledger. A folder with a Chart.yaml, or a chart's archive, is rendered as helm \
            template renders it; any other folder by the rules of a directory source. A chart may \
            also lie in a repository or registry; its archive is then pulled, checked by its digest, \
            and kept.

            Example: tidemark render charts/web --values production.yaml --set image.tag=1.28.
            Example: tidemark render charts/web --blame --output wide.
            Example: tidemark render podinfo --repo https://stefanprodan.github.io/podinfo \
            --version '^6'.
            """)

    @Argument(
        help: """
            Folder of manifests; or a chart: its folder, its archive (.tgz), the archive's address, \
            oci://REGISTRY/PATH[:TAG], or its name with --repo.
            """)
    var source: String

    @OptionGroup(title: "Folder of manifests") var directory: DirectoryArguments
    @OptionGroup(title: "Helm chart") var chart: ChartArguments
    @OptionGroup(title: "Helm chart that lies elsewhere") var repository: RepositoryArguments

    @Option(help: "Namespace of the release, or for objects that name none.")
    var namespace: String?

    @Option(name: .shortAndLong, help: "Format of the manifests: yaml or json.")
    var output: OutputFormat = .yaml

    func run() async throws {
        if let reference = try repository.reference(source) {
            try directory.refuse(for: source)
            return try await renderChart(
                try unpackedChart(try await repository.pull(reference)), folder: nil)
        }
        try repository.refuse(for: source)
        let path = Surroundings.current.path(source)
        let isChart = !Files.isFolder(path) || Files.exists(path + "/Chart.yaml")
        if isChart {
            try directory.refuse(for: source)
            let isFolder = Files.isFolder(path)
            return try await renderChart(
                isFolder
                    ? Chart.files(of: try Files.tree(path), path: "")
                    : unpackedChart(try Files.read(path)), folder: isFolder ? path : nil)
        }
        try chart.refuse(for: source)
        let tree = try Files.tree(path)
        let rendered = renderDirectory(tree, path: "", options: directory.options)
        for warning in rendered.warnings { warn(warning.summary) }
        guard rendered.problems.isEmpty else { throw Problems(rendered.problems) }
        var objects = rendered.objects
        if let namespace {
            objects = placed(objects, namespace: namespace, isNamespaced: { _ in nil }).objects
        }
        switch output {
        case .table, .wide, .yaml:
            try show(objects.map { "---\n" + printYAML($0.node) }.joined())
        case .json: try show(.array(objects.map(\.node)), isYAML: false)
        }
    }

    private func renderChart(_ files: [ChartFile], folder: String?) async throws {
        if chart.blame { return try await blame(files, folder) }
        let rendered = try Chart(files: files).rendered(
            try chart.chartValues(), try chart.options(namespace: namespace),
            with: try chart.surroundings())
        for warning in rendered.warnings { warn(warning) }
        let text = rendered.text(
            includesDefinitions: chart.includeCRDs, skipsTests: chart.skipTests)
        switch output {
        case .table, .wide, .yaml: try show(String(decoding: text, as: UTF8.self))
        case .json:
            let documents = try parseYAML(text, file: source, dialect: .goYAML)
            try show(.array(documents.map(\.root).filter { !$0.isNull }), isYAML: false)
        }
    }
}

extension RenderCommand {
    /// Every line with the template and the values that it is made of.
    private func blame(_ files: [ChartFile], _ folder: String?) async throws {
        let blame = try Chart(files: files).blamed(
            try chart.chartValues(), try chart.options(namespace: namespace),
            with: try chart.surroundings())
        for warning in blame.output.warnings { warn(warning) }
        var report = BlameReport(
            lines: blame.lines(includesDefinitions: chart.includeCRDs, skipsTests: chart.skipTests))
        let isWide = output == .wide
        if isWide || output == .json, var authors = await LineAuthors(folder, files) {
            for (index, line) in report.lines.enumerated() {
                guard let template = line.template else { continue }
                report.commits[index] = await authors.commit(
                    of: template, line: line.templateLine)
            }
        }
        switch output {
        case .table, .wide, .yaml: try show(report.text(isWide: isWide))
        case .json:
            try show(
                report.documents.map { String(decoding: printJSON($0), as: UTF8.self) + "\n" }
                    .joined())
        }
    }
}

/// What only a folder of manifests understands.
struct DirectoryArguments: ParsableArguments {
    @Flag(help: "Also folders below.")
    var recurse = false

    @Option(help: "Glob of the files to read, such as '{*.yaml,*.json}'.")
    var include: String?

    @Option(help: "Glob of the files to leave out.")
    var exclude: String?

    var options: DirectoryOptions {
        DirectoryOptions(recurse: recurse, include: include ?? "", exclude: exclude ?? "")
    }

    /// No option is ignored in silence.
    func refuse(for source: String) throws {
        guard recurse || include != nil || exclude != nil else { return }
        throw CommandError(
            "\(source) is a chart",
            because: "--recurse, --include and --exclude are for folders of manifests")
    }
}

/// The options of `helm template`.
struct ChartArguments: ParsableArguments {
    @Option(
        name: [.customShort("f"), .long], parsing: .singleValue,
        help: "File of values; may be repeated, later ones win.")
    var values: [String] = []

    @Option(parsing: .singleValue, help: "Set a value: key=value; may be repeated.")
    var set: [String] = []

    @Option(parsing: .singleValue, help: "Set a value that is text.")
    var setString: [String] = []

    @Option(name: .customLong("set-json"), parsing: .singleValue, help: "Set a value that is JSON.")
    var setJSON: [String] = []

    @Option(parsing: .singleValue, help: "Set a value to what a file holds: key=path.")
    var setFile: [String] = []

    @Option(help: "Name of the release.")
    var name: String?

    @Option(help: "Version of Kubernetes that templates see.")
    var kubeVersion: String?

    @Option(
        name: [.customShort("a"), .customLong("api-versions")], parsing: .singleValue,
        help: "API versions that templates see besides the usual ones; may be repeated.")
    var apiVersions: [String] = []

    @Flag(name: .customLong("include-crds"), help: "Print the files of crds/ too.")
    var includeCRDs = false

    @Flag(help: "Let templates see an upgrade in place of an installation.")
    var isUpgrade = false

    @Flag(help: "Leave hooks out that only tests run.")
    var skipTests = false

    @Flag(help: "Do not check values against values.schema.json.")
    var skipSchemaValidation = false

    @Option(
        parsing: .singleValue,
        help:
            "File of objects that lookup finds, as YAML; may be repeated. Without it lookup finds nothing."
    )
    var lookup: [String] = []

    @Option(help: "Makes random functions repeatable; without it each rendering draws anew.")
    var seed: String?

    @Flag(
        help: """
            Tell of each line which template wrote it, and which values from where; with --output \
            wide or json also which commit, in a working copy of Git.
            """)
    var blame = false

    func refuse(for source: String) throws {
        let isAsked =
            !(values.isEmpty && set.isEmpty && setString.isEmpty && setJSON.isEmpty
            && setFile.isEmpty)
            || name != nil || kubeVersion != nil || !apiVersions.isEmpty || includeCRDs || isUpgrade
            || skipTests || skipSchemaValidation || seed != nil || !lookup.isEmpty
            || blame
        guard isAsked else { return }
        throw CommandError(
            "\(source) is no chart", because: "it has no Chart.yaml, and values are for charts")
    }

    func chartValues() throws -> ChartValues {
        let surroundings = Surroundings.current
        var given = ChartValues { path throws(ChartError) in
            do {
                return try Files.read(surroundings.path(path))
            } catch {
                let reason = (error as? CommandError)?.cause ?? "no such file or directory"
                throw ChartError(
                    "\(reason == "is a directory" ? "read" : "open") \(path): \(reason)")
            }
        }
        for file in values {
            try given.add(file: try given.readFile(file), name: file)
        }
        given.jsonSettings = setJSON
        given.settings = set
        given.textSettings = setString
        given.fileSettings = setFile
        return given
    }

    func options(namespace: String?) throws -> ChartOptions {
        var capabilities =
            if let kubeVersion {
                try ChartCapabilities(kubeVersion: kubeVersion)
            } else {
                try ChartCapabilities()
            }
        capabilities.apiVersions += apiVersions.flatMap {
            $0.split(separator: ",").map(String.init)
        }
        var options = ChartOptions(
            release: ChartRelease(
                name: name ?? "release-name", namespace: namespace ?? "default",
                isUpgrade: isUpgrade), capabilities: capabilities)
        options.skipsSchemaValidation = skipSchemaValidation
        return options
    }

    /// Time and chance as Helm has them, or by a seed.
    func surroundings() throws -> ChartSurroundings {
        let now = Surroundings.current.now()
        let random = RandomSource.system
        let draw: @Sendable (ChartCallSite, Int) -> [UInt8] =
            if let seed { seededBytes(Array(seed.utf8)) } else {
                { _, count in random.bytes(count) }
            }
        let crypto = chartCrypto(now: now, keeper: .forgetful, randomBytes: draw)
        return ChartSurroundings(
            now: now, others: crypto, lookup: try given(lookup), zones: .ofMachine,
            randomBytes: draw)
    }

    private func given(_ files: [String]) throws -> ChartLookup {
        let surroundings = Surroundings.current
        var objects: [Node] = []
        for file in files {
            let documents = try parseYAML(try Files.read(surroundings.path(file)), file: file)
            for document in documents where !document.root.isNull {
                objects += document.root["items"]?.arrayValue ?? [document.root]
            }
        }
        return files.isEmpty ? .empty : ChartLookup(objects: objects)
    }
}
