public import Model
internal import YAML

extension Chart {
    /// Reads a chart from its files, by their paths below the chart's folder.
    ///
    /// - Parameter unpack: Reads the archive of a chart that lies in `charts/`.
    /// - Throws: What Helm says of a chart that it does not load.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/v2/loader/load.go (LoadFiles)
    public init(files: [ChartFile]) throws(ChartError) { try self.init(files: files, depth: 0) }

    /// Charts within charts; a deeper nest is a mistake, or an attack.
    private static let depthMax = 50

    init(files: [ChartFile], depth: Int) throws(ChartError) {
        guard depth < Self.depthMax else {
            throw ChartError("charts lie within charts more than \(Self.depthMax) deep")
        }
        let files = files.sorted(byBytesOf: \.name)
        var metadata: ChartMetadata?
        for file in files where file.name == "Chart.yaml" {
            metadata = metadata ?? ChartMetadata()
            try read(file, "Chart.yaml") { node throws(ChartError) in try metadata?.read(node) }
            if metadata?.apiVersion.isEmpty == true { metadata?.apiVersion = "v1" }
        }
        self.init(metadata: metadata ?? ChartMetadata())
        var nested: [String: [ChartFile]] = [:]
        for file in files { try sort(file, &nested) }
        guard metadata != nil else { throw ChartError("Chart.yaml file is missing") }
        try self.metadata.validate()
        for (folder, files) in nested.sorted(byBytesOf: \.key) {
            guard let first = folder.first, first != "_", first != "." else { continue }
            do {
                dependencies.append(try Self.nested(folder, files, in: name, depth: depth + 1))
            } catch {
                throw ChartError("error unpacking subchart \(folder) in \(name): \(error.message)")
            }
        }
    }

    private mutating func sort(_ file: ChartFile, _ nested: inout [String: [ChartFile]])
        throws(ChartError)
    {
        let path = file.name
        switch path {
        case "Chart.yaml": metadataFile = file.bytes
        case "Chart.lock", "requirements.lock":
            try read(file, path) { node throws(ChartError) in lock = try ChartLock(reading: node) }
            if path == "requirements.lock", metadata.apiVersion == "v1" { files.append(file) }
        case "values.yaml":
            valuesFile = file.bytes
            do {
                values = try readChartValues(file.bytes, file: path)
            } catch {
                throw ChartError("cannot load values.yaml: \(error.message)")
            }
        case "values.schema.json": schema = file.bytes
        case "requirements.yaml":
            try read(file, path) { node throws(ChartError) in try metadata.read(node) }
            if metadata.apiVersion == "v1" { files.append(file) }
        case _ where path.hasPrefix("templates/"): templates.append(file)
        case _ where path.hasPrefix("charts/"):
            if path.hasSuffix(".prov") {
                files.append(file)
                return
            }
            let below = path.dropFirst("charts/".count)
            let folder = String(below.prefix { $0 != "/" })
            nested[folder, default: []].append(
                ChartFile(name: String(below), bytes: file.bytes))
        default: files.append(file)
        }
    }

    /// A chart of `charts/`: an archive, or a folder.
    private static func nested(
        _ folder: String, _ files: [ChartFile], in parent: String, depth: Int
    ) throws(ChartError) -> Chart {
        if folder.hasSuffix(".tgz") {
            guard let archive = files.first, archive.name == folder else {
                throw ChartError(
                    "error unpacking subchart tar in \(parent): expected \(folder), got "
                        + (files.first?.name ?? ""))
            }
            return try Chart(files: try unpackedChart(archive.bytes), depth: depth)
        }
        // A file that lies in charts/ itself is no chart.
        let inside = files.compactMap { file -> ChartFile? in
            guard let slash = file.name.firstIndex(of: "/") else { return nil }
            return ChartFile(
                name: String(file.name[file.name.index(after: slash)...]), bytes: file.bytes)
        }
        return try Chart(files: inside, depth: depth)
    }
}

/// Reads a YAML file of a chart and hands its tree on; errors say which file it was.
private func read(
    _ file: ChartFile, _ name: String, _ use: (Node) throws(ChartError) -> Void
) throws(ChartError) {
    do {
        try use(try readGoYAML(file.bytes, file: name))
    } catch {
        throw ChartError("cannot load \(name): \(error.message)")
    }
}

/// Reads values from YAML: every document is an object or nothing, later ones over earlier ones.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/v2/loader/load.go (LoadValues)
public func readChartValues(_ bytes: [UInt8], file: String) throws(ChartError) -> Mapping {
    var values = Mapping()
    for node in try readGoDocuments(bytes, file: file) {
        switch node {
        case .null: continue
        case .object(let fields): values = merged(values, fields)
        default:
            throw ChartError(
                "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: "
                    + "cannot unmarshal \(node.goKind) into Go value of type map[string]interface {}"
            )
        }
    }
    return values
}

/// One table over another: objects are merged, everything else is replaced.
func merged(_ under: Mapping, _ over: Mapping) -> Mapping {
    if under.isEmpty { return over }
    var result = under
    for (key, value) in over {
        if case .object(let fields) = value, case .object(let known)? = result[key] {
            result[key] = .object(merged(known, fields))
        } else {
            result[key] = value
        }
    }
    return result
}

extension Collection {
    /// The elements in the order of the UTF-8 bytes of a text that they have.
    func sorted(byBytesOf text: (Element) -> String) -> [Element] {
        sorted { a, b in
            var (a, b) = (text(a), text(b))
            return a.withUTF8 { a in b.withUTF8 { b in a.lexicographicallyPrecedes(b) } }
        }
    }
}

extension Node {
    /// The kind as Go's JSON decoder names it.
    var goKind: String {
        switch self {
        case .int, .double: "number"
        case .bool: "bool"
        default: kindName
        }
    }
}
