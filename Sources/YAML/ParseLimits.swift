/// How much one reading may cost; more is an error, never a crash or a long wait.
public struct ParseLimits: Hashable, Sendable {
    /// Length of the input.
    public var maxBytes: Int
    /// Objects and arrays inside one another.
    public var maxDepth: Int
    /// Values of one input, with every alias counted as what it stands for.
    public var maxNodes: Int

    public init(maxBytes: Int, maxDepth: Int, maxNodes: Int) {
        self.maxBytes = maxBytes
        self.maxDepth = maxDepth
        self.maxNodes = maxNodes
    }

    /// 64 MiB, 256 levels, four million values: a page of 500 large objects fits many times.
    public static let standard = ParseLimits(
        maxBytes: 64 << 20, maxDepth: 256, maxNodes: 4_000_000)
}
