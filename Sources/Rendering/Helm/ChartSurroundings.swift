internal import GoTemplate
public import Model

/// What the templates of a chart may see besides its files and values: a clock and a source of randomness.
public struct ChartSurroundings: Sendable {
    let functions: FunctionTable
    /// What these functions take from outside.
    let parts: Surroundings

    /// - Parameters:
    ///   - now: The time that `now` and `ago` see.
    ///   - randomBytes: So many random bytes for the function at a place; the same place asks again for more.
    ///   - others: Functions that another target brings.
    ///   - lookup: Answers `lookup`.
    ///   - zones: The time zones that templates name; times without one are of UTC.
    ///   - reads: Told when the time, a zone or a lookup is asked for.
    public init(
        now: Timestamp, others: ChartExtension = .none, lookup: ChartLookup = .empty,
        zones: ChartZones = .none, reads: ChartReads = .unheard,
        randomBytes: @escaping @Sendable (ChartCallSite, Int) -> [UInt8]
    ) {
        let instant = Instant(
            seconds: now.seconds, nanoseconds: Int32(now.nanoseconds - now.seconds * 1_000_000_000))
        let time: @Sendable () -> Instant = {
            reads.note(.time) { "" }
            return instant
        }
        let rules = zones.rules(reads)
        let sprig = Sprig.Surroundings(now: time(), zone: rules) { site, count in
            randomBytes(
                ChartCallSite(template: site.template, line: site.line, column: site.column), count)
        }
        functions = others.functions
        parts = Surroundings([sprig, lookup] + others.parts)
    }
}

/// Where in a chart a function is called: the path of the template's file, its line and column.
public struct ChartCallSite: Hashable, Sendable {
    public var template: String
    /// From 1.
    public var line: Int
    /// In bytes from the beginning of the line, from 0.
    public var column: Int

    public init(template: String, line: Int, column: Int) {
        self.template = template
        self.line = line
        self.column = column
    }
}
