public import Model

/// Why a chart cannot be read or rendered, in Helm's words.
public struct ChartError: Diagnostic, Hashable {
    public var message: String
    public var hint: String?
    /// Whether the chart was read and its values taken, and a template failed; Helm then tells of `--debug`.
    public var isOfRendering: Bool

    public init(_ message: String, hint: String? = nil, isOfRendering: Bool = false) {
        self.message = message
        self.hint = hint
        self.isOfRendering = isOfRendering
    }

    public var summary: String { message }
}
