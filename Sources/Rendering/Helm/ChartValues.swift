internal import GoTemplate
public import Model

/// What a person sets on top of a chart's defaults, in the order in which Helm takes it: files, then settings
/// as JSON, as typed text, as text, and from files.
public struct ChartValues: Sendable {
    /// The values of the files, later ones over earlier ones.
    public var base = Mapping()
    /// What was put together in `base`, in order.
    private(set) var layers: [Layer] = []
    public var jsonSettings: [String] = []
    public var settings: [String] = []
    public var textSettings: [String] = []
    /// `key=path`; the content of the file is the value.
    public var fileSettings: [String] = []
    /// Reads the file of a setting.
    public var readFile: @Sendable (String) throws(ChartError) -> [UInt8]

    public init(
        readFile: @escaping @Sendable (String) throws(ChartError) -> [UInt8] = {
            path throws(ChartError) in throw ChartError("open \(path): no such file or directory")
        }
    ) { self.readFile = readFile }

    /// Puts the values of another file over those that are there.
    public mutating func add(file bytes: [UInt8], name: String) throws(ChartError) {
        layers.append(Layer(name: name, content: .file(bytes)))
        do {
            base = merged(base, try readChartValues(bytes, file: name))
        } catch {
            throw ChartError("failed to parse \(name): \(error.message)")
        }
    }

    /// Puts values that stand in no file of their own over those that are there.
    mutating func add(_ fields: Mapping, name: String) {
        layers.append(Layer(name: name, content: .fields(fields)))
        base = merged(base, fields)
    }

    struct Layer: Sendable {
        enum Content {
            case file([UInt8])
            case fields(Mapping)
        }
        var name: String
        var content: Content
    }

    /// Everything in one table.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/cli/values/options.go (MergeValues)
    func table() throws(ChartError) -> Map {
        let values = Map(base)
        for text in jsonSettings { try addJSON(text, to: values) }
        for text in settings { try add(text, .typed, "--set", to: values) }
        for text in textSettings { try add(text, .text, "--set-string", to: values) }
        for text in fileSettings { try add(text, .file(readFile), "--set-file", to: values) }
        return values
    }

    private func add(_ text: String, _ kind: SetValues.Kind, _ option: String, to values: Map)
        throws(ChartError)
    {
        do {
            try SetValues.parse(text, as: kind, into: values)
        } catch {
            throw ChartError("failed parsing \(option) data: \(error.message)")
        }
    }

    private func addJSON(_ text: String, to values: Map) throws(ChartError) {
        let trimmed = text.trimmed
        if trimmed.hasPrefix("{") {
            guard let fields = readJSONObject(trimmed) else {
                throw ChartError("failed parsing --set-json data JSON: \(text)")
            }
            for (key, value) in merged(Mapping(), fields) {
                let given = Value(value)
                if let over = given.table, let known = values[ByteString(key)]?.table {
                    known.overwrite(with: over)
                } else {
                    values[ByteString(key)] = given
                }
            }
            return
        }
        do {
            try SetValues.parse(text, as: .json, into: values)
        } catch {
            throw ChartError("failed parsing --set-json data \(text)")
        }
    }
}

extension Map {
    /// Every entry of another table over those that are here; tables are merged.
    fileprivate func overwrite(with other: Map) {
        for (key, value) in other.sortedEntries {
            if let over = value.table, let known = self[key]?.table {
                known.overwrite(with: over)
            } else {
                self[key] = value
            }
        }
    }
}
