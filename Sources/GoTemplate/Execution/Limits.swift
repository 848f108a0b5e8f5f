/// How much one rendering may use, counted and never timed, so that it fails alike on every machine.
public struct Limits: Hashable, Sendable {
    /// Actions, calls, turns of loops, and what functions charge for values they make.
    public var steps = 50_000_000
    /// Bytes written, by templates and into strings by functions that can make large ones.
    public var bytes = 128 << 20
    /// Templates within templates, as `include` and `template` nest them.
    ///
    /// Helm lets a template include itself 1,000 times (pkg/engine/engine.go, recursionMaxNums).
    public var depth = 1_200
    /// Branches, pipelines and arguments within each other, in all those templates together.
    ///
    /// A level takes up to 1.5 KiB of stack (1.75 while a trace is made), so that the usual 8 MiB of a
    /// thread suffice; without optimisation it takes three times as much.
    public var nesting = Limits.usualNesting

    #if DEBUG
        private static let usualNesting = 1_500
    #else
        private static let usualNesting = 3_600
    #endif

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

    public init(template: String, line: Int, column: Int) {
        self.template = template
        self.line = line
        self.column = column
    }
}

/// What a key that a map does not have evaluates to.
public enum MissingKey: Sendable {
    /// Nothing, which prints as `<no value>`: Go's `missingkey=default`.
    case none
    /// The zero value of the map's elements: `missingkey=zero`, as Helm sets it.
    case zero
    /// An error: `missingkey=error`, as Helm sets it for `--strict`.
    case error
}
