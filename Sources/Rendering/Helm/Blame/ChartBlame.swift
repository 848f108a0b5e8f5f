internal import GoTemplate
internal import Model

/// A rendered chart that can say of each line which template wrote it and which values went into it.
public struct ChartBlame: Sendable {
    public let output: ChartOutput
    /// The lines of each rendered file, by its path.
    private let files: [String: [BlamedLine]]
    private let texts: [String: [UInt8]]

    init(_ output: ChartOutput, files: [String: [BlamedLine]], texts: [String: [UInt8]]) {
        self.output = output
        self.files = files
        self.texts = texts
    }
}

extension Chart {
    /// Renders the chart as `rendered` does, and notes what every line is made of.
    ///
    /// Takes several times as long.
    public func blamed(
        _ values: ChartValues, _ options: ChartOptions, with surroundings: ChartSurroundings
    ) throws(ChartError) -> ChartBlame {
        try options.release.check()
        let renderer = ChartRenderer(surroundings: surroundings, limits: Limits())
        var traces: [String: Trace] = [:]
        var paths = ValuePaths()
        var layers: ValueLayers?
        let files = try renderer.render(
            self, try values.table(), options,
            beforehand: { root, templates in
                layers = ValueLayers(values, root)
                for (chart, scope) in templates.scopes { paths.add(scope: scope, of: chart) }
            },
            writing: { set, name, scope, surroundings, limits throws(TemplateError) in
                let trace = try set.trace(
                    name, with: scope, in: surroundings, missingKey: .zero, limits: limits)
                traces[name.description] = trace
                return WrittenText(trace.text)
            })
        let output = try ChartOutput(files, chart: name)
        guard let layers else { throw ChartError("the chart has no values") }
        var lines: [String: [BlamedLine]] = [:]
        var texts: [String: [UInt8]] = [:]
        for (path, trace) in traces {
            let text = files.texts[path]?.text.bytes ?? []
            texts[path] = text
            let chart = chartPath(of: path)
            var reading = LineReading(chart: chart, paths: paths, layers: layers)
            lines[path] = reading.lines(of: trace, printedAs: text)
        }
        return ChartBlame(output, files: lines, texts: texts)
    }
}

/// `web/charts/cache/templates/x.yaml` is of `web/charts/cache`.
private func chartPath(of template: String) -> String {
    guard let end = template.range(ofText: "/templates/") else { return template }
    return String(template[..<end])
}

extension String {
    /// Where a text begins first.
    fileprivate func range(ofText text: String) -> Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }
}

/// Makes lines of the trace of one file.
private struct LineReading {
    let chart: String
    let paths: ValuePaths
    let layers: ValueLayers
    /// Where the lines of a table are, that several lines in a row were made of.
    private var leaves: [FieldPath: ValueLeaves] = [:]
    private var origins: [FieldPath: ValueOrigin] = [:]

    init(chart: String, paths: ValuePaths, layers: ValueLayers) {
        self.chart = chart
        self.paths = paths
        self.layers = layers
    }

    mutating func lines(of trace: Trace, printedAs text: [UInt8]) -> [BlamedLine] {
        let texts = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        var lines: [BlamedLine] = []
        for (line, text) in zip(trace.lines, texts) {
            let text = String(decoding: text, as: UTF8.self)
            lines.append(
                BlamedLine(
                    text: text, template: line.site.template.description,
                    templateLine: line.site.line, values: uses(line.reads, of: text)))
        }
        return lines
    }

    private mutating func uses(_ reads: [Trace.Read], of text: String) -> [ValueUse] {
        var found: [(path: FieldPath, isCondition: Bool)] = []
        for read in reads {
            guard let path = paths.path(of: read, in: chart), path.steps.count > 1 else {
                continue
            }
            found.append(leaf(read, path, text) ?? (path, read.isCondition))
        }
        var uses: [ValueUse] = []
        for (path, isCondition) in found
        where !found.contains(where: { $0.path != path && $0.path.hasPrefix(path) }) {
            let use = ValueUse(
                path: path.description, isCondition: isCondition, origin: origin(of: path))
            if !uses.contains(use) { uses.append(use) }
        }
        return uses
    }

    /// The entry of a table that gave the line.
    private mutating func leaf(_ read: Trace.Read, _ path: FieldPath, _ text: String) -> (
        path: FieldPath, isCondition: Bool
    )? {
        guard let value = read.map[read.key],
            var entries = leaves[path] ?? ValueLeaves(value, at: path)
        else { return nil }
        let entry = entries.entry(like: text)
        leaves[path] = entries
        return entry.map { ($0, false) }
    }

    private mutating func origin(of path: FieldPath) -> ValueOrigin {
        if let known = origins[path] { return known }
        let origin = layers.origin(of: path, in: chart)
        origins[path] = origin
        return origin
    }
}

extension ChartBlame {
    /// The lines of `ChartOutput.text` with the same options.
    public func lines(includesDefinitions: Bool = false, skipsTests: Bool = false)
        -> [BlamedLine]
    {
        var lines: [BlamedLine] = []
        if includesDefinitions {
            for definition in output.definitions {
                let own = split(definition.bytes).enumerated().map { index, text in
                    BlamedLine(
                        text: text, template: definition.name, templateLine: index + 1, values: [])
                }
                add(own, of: definition.name, to: &lines)
            }
        }
        var places = DocumentPlaces(texts: texts)
        for manifest in output.manifests {
            add(self.lines(of: manifest, &places), of: manifest.path, to: &lines)
        }
        while let last = lines.last, last.text.trimmed.isEmpty { lines.removeLast() }
        if let last = lines.last {
            lines[lines.count - 1].text = last.text.withoutTrailingSpace
        }
        for hook in output.hooks where !(skipsTests && hook.isTest) {
            add(self.lines(of: hook, &places), of: hook.path, to: &lines)
        }
        return lines
    }

    /// Each document with its lines, hooks last.
    public var manifests: [(manifest: ChartOutput.Manifest, lines: [BlamedLine])] {
        var places = DocumentPlaces(texts: texts)
        return (output.manifests + output.hooks).map { ($0, lines(of: $0, &places)) }
    }

    private func add(_ own: [BlamedLine], of path: String, to lines: inout [BlamedLine]) {
        for text in ["---", "# Source: \(path)"] {
            lines.append(BlamedLine(text: text, template: nil, templateLine: 0, values: []))
        }
        lines += own
    }

    private func lines(of manifest: ChartOutput.Manifest, _ places: inout DocumentPlaces)
        -> [BlamedLine]
    {
        let first = places.firstLine(of: manifest)
        let known = files[manifest.path] ?? []
        return split(manifest.text).enumerated().map { index, text in
            guard let first, known.indices.contains(first + index) else {
                return BlamedLine(text: text, template: nil, templateLine: 0, values: [])
            }
            var line = known[first + index]
            line.text = text
            return line
        }
    }

    private func split(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}

/// Finds the documents of rendered files again, each once.
private struct DocumentPlaces {
    private var documents: [String: [(text: ArraySlice<UInt8>, line: Int)]] = [:]

    init(texts: [String: [UInt8]]) {
        for (path, text) in texts {
            documents[path] = splitDocuments(text).map { document in
                (document, text[..<document.startIndex].count { $0 == 0x0A })
            }
        }
    }

    /// From 0.
    mutating func firstLine(of manifest: ChartOutput.Manifest) -> Int? {
        guard
            let place = documents[manifest.path]?.firstIndex(where: {
                $0.text.elementsEqual(manifest.text)
            })
        else { return nil }
        return documents[manifest.path]?.remove(at: place).line
    }
}

extension String {
    fileprivate var withoutTrailingSpace: String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
