/// Where a value that a template read was set.
public struct ValueOrigin: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// A file of values that was given.
        case file
        case set = "--set"
        case setString = "--set-string"
        case setJSON = "--set-json"
        case setFile = "--set-file"
        /// The values.yaml of the chart, or of a chart above or below it.
        case chartDefault = "default"
        /// Nothing sets it; the template read it all the same.
        case unset
        /// Chart.yaml.
        case chart
        case release
        case capabilities
    }

    public var kind: Kind
    /// As it was named when it was given; of a chart's own files `web/charts/cache/values.yaml`.
    public var file: String?
    /// From 1: where the key stands, or the value of an element.
    public var line: Int?
}

/// A value that went into a line, or decided that it was written.
public struct ValueUse: Hashable, Sendable {
    /// As the chart of the line sees it: `Values.image.tag`, `Release.Name`.
    public var path: String
    /// Whether it only decided, as the condition of an `if` does.
    public var isCondition: Bool
    public var origin: ValueOrigin
}

/// A line of a rendered chart, and what it is made of.
public struct BlamedLine: Hashable, Sendable {
    public var text: String
    /// The file that wrote it: `web/templates/_helpers.tpl`; `nil` of the lines that Helm itself writes.
    public var template: String?
    /// From 1, in the template; 0 without one.
    public var templateLine: Int
    public var values: [ValueUse]
}
