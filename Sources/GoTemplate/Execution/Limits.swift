/// How much one rendering may use, counted and never timed, so that it fails alike on every machine.
public struct Limits: Hashable, Sendable {
    /// Actions, calls, turns of loops, and what functions charge for values they make.
    public var steps = 50_000_000
    /// Bytes written, by templates and into strings by functions that can make large ones.
    public var bytes = 256 << 20
    /// Templates within templates, as `include` and `template` nest them.
    ///
    /// Helm stops at 1,000 inclusions of one name: pkg/engine/engine.go, recursionMaxNums.
    public var depth = 1_000

    public init() {}
}

/// Where in a template a function is called.
public struct CallSite: Hashable, Sendable {
    /// The template that was parsed: the path of its file.
    public var template: String
    /// Counted from 1.
    public var line: Int
    /// In bytes from the beginning of the line, counted from 0, as Go prints columns.
    public var column: Int
}
