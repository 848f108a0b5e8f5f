internal import ChartCrypto
public import Declarations
public import EventLog
public import Model
public import Rendering
internal import YAML

/// Where a field of a desired object stands in the repository.
public struct FieldOrigin: Sendable {
    /// The line of the manifest, or of the template of a chart, from the root of the repository.
    public var line: SourceLocation
    public var isTemplate = false
    /// What flowed into the line of a template.
    public var values: [ValueUse] = []
}

extension FieldOrigin {
    /// Finds the field in the files that were rendered; `nil` when no manifest and no template writes it.
    ///
    /// A chart is rendered again, with the answers of the cluster that are on record, and with a chance of its own:
    /// which line wrote a password needs no password.
    ///
    /// - Parameters:
    ///   - object: As it is on record, with where its manifest stands.
    ///   - tree: All that the application reads of the repository at the commit.
    ///   - references: The files of other sources, by the `ref` that value files name them by.
    ///   - zones: The time zones that templates may name.
    public init?(
        of field: FieldPath, _ object: ManifestsRendered.Object, application: Application,
        tree: FileTree, references: [String: HelmOptions.Reference] = [:],
        rendered: ManifestsRendered,
        commit: String, at time: Timestamp,
        zones: ChartZones
    ) throws {
        guard let chart = application.chartSource(in: tree) else {
            guard let line = Self.line(of: field, object, tree) else { return nil }
            self.line = line
            return
        }
        var options = application.helmOptions(
            chart, commit: commit, try Self.capabilities(chart, rendered.asked ?? []), .unheard)
        options.references = references
        let found = try helmOrigin(
            of: field, tree, path: application.source.path, options: options,
            with: { _ in Self.surroundings(at: rendered.now ?? time, zones) },
            isMeant: { Self.isSame($0, object.key) })
        guard let found else { return nil }
        line = found.template
        isTemplate = true
        values = found.values
    }

    /// In a plain manifest, or an item of a list.
    private static func line(
        of field: FieldPath, _ object: ManifestsRendered.Object, _ tree: FileTree
    ) -> SourceLocation? {
        guard case .file(let path, let bytes) = tree.resolve(object.file) else { return nil }
        for document in (try? parseYAML(bytes, file: path)) ?? [] {
            var places = [(FieldPath.root, document.root)]
            for (index, item) in (document.root["items"]?.arrayValue ?? []).enumerated() {
                places.append((FieldPath([.key("items"), .index(index)]), item))
            }
            for (place, node) in places
            where isSame(node, object.key) && node.value(at: field) != nil {
                return document.keyLocation(
                    of: FieldPath(place.steps + field.steps), in: object.file)
            }
        }
        return nil
    }

    /// A manifest may leave out the namespace that the application gives it.
    private static func isSame(_ node: Node, _ key: ObjectKey) -> Bool {
        guard let found = ObjectKey(manifest: node) else { return false }
        return found.groupKind == key.groupKind && found.name == key.name
            && (found.namespace.isEmpty || found.namespace == key.namespace)
    }

    /// What the templates asked; of a list of everything that is served only the digest is on record.
    private static func capabilities(_ chart: HelmSource, _ asked: [ManifestsRendered.Answer])
        throws -> ChartCapabilities
    {
        var (version, served) = ("", Set<String>())
        for answer in asked {
            let words = answer.question.split(separator: " ")
            if answer.question == "kubeVersion Version" { version = answer.answer }
            if words.count == 3, words[0] == "apiVersions", answer.answer == "true" {
                served.insert(String(words[2]))
            }
        }
        if let wanted = chart.kubeVersion { version = wanted }
        var capabilities =
            version.isEmpty ? try ChartCapabilities() : try ChartCapabilities(kubeVersion: version)
        capabilities.apiVersions += chart.apiVersions.isEmpty ? served.sorted() : chart.apiVersions
        return capabilities
    }

    private static func surroundings(at now: Timestamp, _ zones: ChartZones)
        -> ChartSurroundings
    {
        let draw = seededBytes(Array("which line".utf8))
        return ChartSurroundings(
            now: now,
            others: chartCrypto(now: now, keeper: .forgetful, randomBytes: draw),
            zones: zones, randomBytes: draw)
    }
}
