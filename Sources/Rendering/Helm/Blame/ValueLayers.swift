internal import GoTemplate
internal import Model
internal import YAML

/// All that sets values, to be asked which part of it set one.
///
/// Merging itself keeps no track; what wins is found again by the order of precedence: settings, files from the last
/// to the first, then the defaults of the charts from the top down.
struct ValueLayers {
    private struct Layer {
        enum Content {
            case documents([YAMLDocument])
            case settings(Map)
        }
        var origin: ValueOrigin
        var content: Content
    }

    /// A chart of the tree, with the names by which charts above know it.
    private struct Member {
        var keys: [String]
        var defaults: Layer
        var metadata: Layer
        /// What it takes over from charts below: of which, from where in it, to where in its own values.
        var imports: [(chart: String, child: FieldPath, parent: FieldPath)]
    }

    private var given: [Layer] = []
    private var members: [String: Member] = [:]

    /// - Parameter root: As it is after its dependencies were chosen.
    init(_ values: ChartValues, _ root: WorkingChart) {
        add(values.fileSettings, .file(values.readFile), .setFile)
        add(values.textSettings, .text, .setString)
        add(values.settings, .typed, .set)
        add(values.jsonSettings, .json, .setJSON)
        for layer in values.layers.reversed() {
            switch layer.content {
            case .file(let bytes): given.append(Self.layer(bytes, .file, named: layer.name))
            case .fields(let fields):
                given.append(
                    Layer(
                        origin: ValueOrigin(kind: .file, file: layer.name),
                        content: .settings(Map(fields))))
            }
        }
        add(root, path: root.name, keys: [])
    }

    /// The last of one kind counts first.
    private mutating func add(
        _ settings: [String], _ kind: SetValues.Kind, _ origin: ValueOrigin.Kind
    ) {
        for text in settings.reversed() {
            let map = Map()
            if case .json = kind, text.trimmed.hasPrefix("{") {
                for (key, value) in readJSONObject(text.trimmed) ?? Mapping() {
                    map[ByteString(key)] = Value(value)
                }
            } else {
                // It was read before: a mistake in it ended the rendering.
                try? SetValues.parse(text, as: kind, into: map)
            }
            var place = ValueOrigin(kind: origin)
            if origin == .setFile, let equals = text.firstIndex(of: "=") {
                place.file = String(text[text.index(after: equals)...])
            }
            given.append(Layer(origin: place, content: .settings(map)))
        }
    }

    private static func layer(_ bytes: [UInt8], _ kind: ValueOrigin.Kind, named file: String)
        -> Layer
    {
        let documents = (try? parseYAML(bytes, file: file, dialect: .goYAML)) ?? []
        return Layer(origin: ValueOrigin(kind: kind, file: file), content: .documents(documents))
    }

    private mutating func add(_ chart: WorkingChart, path: String, keys: [String]) {
        var imports: [(chart: String, child: FieldPath, parent: FieldPath)] = []
        for dependency in chart.metadata.dependencies {
            for entry in dependency.importValues {
                guard let child = entry["child"]?.stringValue,
                    let parent = entry["parent"]?.stringValue
                else { continue }
                let name = dependency.alias.isEmpty ? dependency.name : dependency.alias
                imports.append(("\(path)/charts/\(name)", keyPath(child), keyPath(parent)))
            }
        }
        members[path] = Member(
            keys: keys,
            defaults: Self.layer(
                chart.chart.valuesFile, .chartDefault, named: "\(path)/values.yaml"),
            metadata: Self.layer(chart.chart.metadataFile, .chart, named: "\(path)/Chart.yaml"),
            imports: imports)
        for below in chart.dependencies {
            add(below, path: "\(path)/charts/\(below.name)", keys: keys + [below.name])
        }
    }
}

/// `.` is the root.
private func keyPath(_ text: String) -> FieldPath {
    FieldPath(
        text.split(separator: ".", omittingEmptySubsequences: true).map { .key(String($0)) })
}

extension ValueLayers {
    /// What set the value at a path that begins with `Values`, `Chart`, `Release` or `Capabilities`.
    ///
    /// - Parameter chart: The chart that sees it: `web`, `web/charts/cache`.
    func origin(of path: FieldPath, in chart: String) -> ValueOrigin {
        let rest = FieldPath(Array(path.steps.dropFirst()))
        switch path.steps.first {
        case .key("Values"): return origin(ofValue: rest, in: chart)
        case .key("Chart"):
            guard let metadata = members[chart]?.metadata else {
                return ValueOrigin(kind: .chart)
            }
            return find(rest.withLowercasedKey, in: metadata) ?? metadata.origin
        case .key("Release"): return ValueOrigin(kind: .release)
        default: return ValueOrigin(kind: .capabilities)
        }
    }

    private func origin(ofValue path: FieldPath, in chart: String) -> ValueOrigin {
        let chain = chain(to: chart)
        let isGlobal = path.steps.first == .key("global")
        // What a chart above has under `global` wins over what the chart is given itself.
        for last in isGlobal ? Array(chain.indices) : [chain.count - 1] where last >= 0 {
            for (level, name) in chain[...last].enumerated() {
                guard let member = members[name], let target = members[chain[last]] else {
                    continue
                }
                let keys = target.keys.dropFirst(member.keys.count).map { FieldPath.Step.key($0) }
                let full = FieldPath(keys + path.steps)
                let layers = (level == 0 ? given : []) + [member.defaults]
                for layer in layers {
                    if let found = find(full, in: layer) { return found }
                }
                if let found = imported(full, member) { return found }
            }
        }
        return ValueOrigin(kind: .unset)
    }

    /// The charts from the root down to one, by their paths.
    private func chain(to chart: String) -> [String] {
        members.keys.filter { $0 == chart || chart.hasPrefix("\($0)/charts/") }
            .sorted { $0.utf8.count < $1.utf8.count }
    }

    private func imported(_ path: FieldPath, _ member: Member) -> ValueOrigin? {
        for entry in member.imports where path.hasPrefix(entry.parent) {
            let rest = path.steps.dropFirst(entry.parent.steps.count)
            guard let child = members[entry.chart] else { continue }
            let place = FieldPath(entry.child.steps + rest)
            if let found = find(place, in: child.defaults) { return found }
        }
        return nil
    }

    private func find(_ path: FieldPath, in layer: Layer) -> ValueOrigin? {
        var origin = layer.origin
        switch layer.content {
        case .documents(let documents):
            for document in documents.reversed() where document.root.value(at: path) != nil {
                origin.line = document.keyLocation(of: path, in: "").line
                return origin
            }
            return nil
        case .settings(let map): return map.defines(path) ? origin : nil
        }
    }
}

extension Map {
    /// Whether there is a value at the path; what only fills a list up to an index is none.
    fileprivate func defines(_ path: FieldPath) -> Bool {
        var value = Value.map(self)
        for step in path.steps {
            switch (step, value) {
            case (.key(let key), .map(let map)):
                guard let next = map[ByteString(key)] else { return false }
                value = next
            case (.index(let index), .list(let list)):
                guard list.elements.indices.contains(index), !list.elements[index].isNone else {
                    return false
                }
                value = list.elements[index]
            default: return false
            }
        }
        return true
    }
}

extension FieldPath {
    /// `Version` of a template is `version` of Chart.yaml.
    fileprivate var withLowercasedKey: FieldPath {
        guard case .key(let key)? = steps.first else { return self }
        let lowered =
            key == "APIVersion" ? "apiVersion" : key.prefix(1).lowercased() + key.dropFirst()
        return FieldPath([.key(lowered)] + steps.dropFirst())
    }
}
