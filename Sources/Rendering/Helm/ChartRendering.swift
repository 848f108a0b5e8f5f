internal import GoTemplate

/// For whom a chart is rendered.
public struct ChartRelease: Hashable, Sendable {
    public var name: String
    public var namespace: String
    public var isUpgrade: Bool

    public init(name: String, namespace: String = "default", isUpgrade: Bool = false) {
        self.name = name
        self.namespace = namespace
        self.isUpgrade = isUpgrade
    }
}

extension ChartRelease {
    private static let nameBytesMax = 53

    /// Holds the name to Helm's rule.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/v2/util/validate_name.go (ValidateReleaseName)
    func check() throws(ChartError) {
        let pattern =
            "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
        let isGood = name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
            part in
            part.first != "-" && part.last != "-" && !part.isEmpty
                && part.utf8.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || $0 == UInt8(ascii: "-")
                }
        }
        guard isGood, name.utf8.count <= Self.nameBytesMax else {
            throw ChartError(
                "release name \"\(name)\": invalid release name, must match regex \(pattern) and the "
                    + "length must not be longer than \(Self.nameBytesMax)")
        }
    }
}

/// Everything that decides what a chart renders to, besides the chart.
public struct ChartOptions: Sendable {
    public var release: ChartRelease
    public var capabilities: ChartCapabilities
    public var skipsSchemaValidation = false
    /// Told what a rendering reads.
    public var reads = ChartReads.unheard

    public init(release: ChartRelease, capabilities: ChartCapabilities) {
        self.release = release
        self.capabilities = capabilities
    }
}

/// What the templates of a chart wrote, file by file.
struct RenderedFiles {
    /// By path from the root chart's name on: `shop/templates/web.yaml`; without partials.
    var texts: [String: RenderedFile]
    /// The CRDs of the chart and of those below, with such paths, in Helm's order.
    var definitions: [ChartFile]
    var warnings: [String]
}

/// What one template wrote.
struct RenderedFile {
    let text: ByteString
    private let written: WrittenText

    init(_ written: WrittenText) {
        self.written = written
        text = written.text.withoutNoValue
    }

    /// The line of the template that wrote the byte at an offset of the text.
    func line(at offset: Int) -> Int { written.line(at: written.offset(of: offset, in: text)) }
}

/// Runs the templates of a chart and of its dependencies.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/engine/engine.go
struct ChartRenderer {
    let surroundings: ChartSurroundings
    let limits: Limits

    /// - Parameters:
    ///   - beforehand: Told what the templates will see.
    ///   - write: Runs one template of the set.
    func render(
        _ chart: Chart, _ given: Map, _ options: ChartOptions,
        beforehand: (WorkingChart, ScopedTemplates) -> Void = { _, _ in },
        writing write: Write = ChartRenderer.render
    ) throws(ChartError) -> RenderedFiles {
        guard chart.metadata.type.isEmpty || chart.metadata.type == "application" else {
            throw ChartError("\(chart.metadata.type) charts are not installable")
        }
        try DependencyChoice.check(chart)
        let root = WorkingChart(chart)
        do {
            try DependencyChoice.process(root, given)
        } catch {
            throw ChartError("chart dependencies processing failed: \(error.message)")
        }
        var coalescing = Coalescing(isMerging: false)
        let values = try coalescing.values(of: root, over: given)
        if !options.skipsSchemaValidation { try validate(values, of: root) }
        let wanted = root.metadata.kubeVersion
        guard wanted.isEmpty || isCompatible(wanted, options.capabilities.normalizedVersion) else {
            throw ChartError(
                "chart requires kubeVersion: \(wanted) which is incompatible with Kubernetes "
                    + options.capabilities.kubeVersion, isOfRendering: true)
        }
        if !wanted.isEmpty { options.reads.note(.constraint(wanted)) { "true" } }
        var templates = ScopedTemplates(
            release: options.release, options.capabilities.templateValue(options.reads))
        templates.add(root, values.asValues)
        beforehand(root, templates)
        return RenderedFiles(
            texts: try run(templates, write), definitions: root.definitions(below: root.name),
            warnings: coalescing.warnings)
    }

    typealias Write = (TemplateSet, ByteString, Value, Surroundings, Limits) throws(TemplateError)
        -> WrittenText

    private static func render(
        _ set: TemplateSet, _ name: ByteString, _ scope: Value, _ surroundings: Surroundings,
        _ limits: Limits
    ) throws(TemplateError) -> WrittenText {
        try set.write(name, with: scope, in: surroundings, missingKey: .zero, limits: limits)
    }

    private func run(_ templates: ScopedTemplates, _ write: Write) throws(ChartError)
        -> [String: RenderedFile]
    {
        var set = TemplateSet(functions: surroundings.functions)
        let ordered = templates.ordered
        for template in ordered {
            do {
                try set.parse(ByteString(template.file.bytes), as: ByteString(template.path))
            } catch {
                throw ChartError(error.helmText(for: template.path), isOfRendering: true)
            }
        }
        var texts: [String: RenderedFile] = [:]
        for template in ordered where template.file.baseName.first != "_" {
            template.scope["Template"] = .map(
                Map(
                    ScopedTemplates.templateKeys,
                    [.string("\(template.chartPath)/templates"), .string(template.path)]
                ).asValues)
            do {
                texts[template.path] = RenderedFile(
                    try write(
                        set, ByteString(template.path), .map(template.scope), surroundings.parts,
                        limits))
            } catch {
                throw ChartError(error.helmText(for: template.path), isOfRendering: true)
            }
        }
        return texts
    }
}

/// The templates of all charts, each with what it sees.
struct ScopedTemplates {
    struct Template {
        var path: String
        var chartPath: String
        var file: ChartFile
        /// `.Values`, `.Chart`, `.Release` and so on; one for each chart, shared by its templates, which may
        /// change what is in it.
        var scope: Map
    }

    private(set) var all: [Template] = []
    private let release: Map
    private let capabilities: Value

    init(release: ChartRelease, _ capabilities: Value) {
        self.release = Map(
            Self.releaseKeys,
            [
                .bool(!release.isUpgrade), .bool(release.isUpgrade), .string(release.name),
                .string(release.namespace), .int(1), "Helm",
            ])
        self.capabilities = capabilities
    }

    private static let releaseKeys = Map.Keys([
        "IsInstall", "IsUpgrade", "Name", "Namespace", "Revision", "Service",
    ])
    private static let scopeKeys = Map.Keys([
        "Capabilities", "Chart", "Files", "Release", "Subcharts", "Values",
    ])
    fileprivate static let templateKeys = Map.Keys(["BasePath", "Name"])

    /// Adds a chart and those below it; returns what its templates see, as `.Subcharts` of the chart above has it.
    @discardableResult
    mutating func add(_ chart: WorkingChart, _ values: Map, below path: String? = nil) -> Map {
        let chartPath = path.map { "\($0)/charts/\(chart.name)" } ?? chart.name
        let charts = Map()
        let scope = Map(
            Self.scopeKeys,
            [
                capabilities, .map(chart.metadata.templateValue(isRoot: path == nil)),
                .object(ChartFiles(chart.chart.files)), .map(release), .map(charts), .map(values),
            ])
        let seen = scope.asValues
        for dependency in chart.dependencies {
            let key = ByteString(dependency.name)
            let own = values[key]?.asMap.map { $0.asValues } ?? Map().asValues
            charts[key] = .map(add(dependency, own, below: chartPath))
        }
        for file in chart.chart.templates
        where !chart.chart.isLibrary || file.baseName.first == "_" {
            all.append(
                Template(
                    path: "\(chartPath)/\(file.name)", chartPath: chartPath, file: file,
                    scope: seen))
        }
        return scope
    }

    /// The scope of each chart that has templates, by the chart's path.
    var scopes: [String: Map] {
        Dictionary(all.map { ($0.chartPath, $0.scope) }, uniquingKeysWith: { first, _ in first })
    }

    /// The deepest paths first, and among those of one depth the last by name: of several templates of one
    /// name the one that is read last counts.
    var ordered: [Template] {
        let keys = all.map { template in
            (depth: template.path.utf8.count { $0 == UInt8(ascii: "/") }, ByteString(template.path))
        }
        return keys.indices.sorted { a, b in
            keys[a].depth != keys[b].depth
                ? keys[a].depth > keys[b].depth : keys[b].1 < keys[a].1
        }.map { all[$0] }
    }
}

extension WorkingChart {
    /// The files of `crds/` of this chart and of those below, by path from the root chart's name on.
    fileprivate func definitions(below path: String) -> [ChartFile] {
        let own = chart.files.filter { file in
            file.name.hasPrefix("crds/")
                && [".yaml", ".yml", ".json"].contains { file.name.lowercased().hasSuffix($0) }
        }.map { ChartFile(name: "\(path)/\($0.name)", bytes: $0.bytes) }
        return dependencies.reduce(own) { $0 + $1.definitions(below: "\(path)/charts/\($1.name)") }
    }
}
