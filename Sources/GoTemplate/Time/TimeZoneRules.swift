/// The offsets of a zone from UTC, and since when each of them holds.
public struct TimeZoneRules: Hashable, Sendable {
    public struct Period: Hashable, Sendable {
        /// Since 1970-01-01T00:00:00Z.
        public var start: Int64
        /// East of Greenwich.
        public var offsetSeconds: Int
        /// `CET`; empty where only the offset is known.
        public var abbreviation: String

        public init(start: Int64, offsetSeconds: Int, abbreviation: String) {
            self.start = start
            self.offsetSeconds = offsetSeconds
            self.abbreviation = abbreviation
        }
    }

    /// `Europe/Berlin`.
    public var name: String
    /// Sorted by their starts; the first holds before its start as well.
    public var periods: [Period]
    /// What holds from the start of the last period on, year after year; `nil` when the last period does.
    var yearly: YearlyZoneRule?

    public init(name: String, periods: [Period]) {
        self.name = name
        self.periods = periods
    }

    public static let utc = fixed("UTC", offsetSeconds: 0)

    public static func fixed(_ name: String, offsetSeconds: Int) -> TimeZoneRules {
        let period = Period(start: .min, offsetSeconds: offsetSeconds, abbreviation: name)
        return TimeZoneRules(name: name, periods: [period])
    }

    func period(at seconds: Int64) -> Period {
        let next = periods.partitioningIndex { $0.start > seconds }
        if let yearly, next == periods.count { return yearly.period(at: seconds) }
        return periods.isEmpty ? Self.utc.periods[0] : periods[max(next - 1, 0)]
    }

    /// The offset that goes by this abbreviation, at that time if there are several.
    func offset(of abbreviation: String, at seconds: Int64) -> Int? {
        let all = periods.filter { $0.abbreviation == abbreviation }
        let holding = all.first {
            period(at: seconds &- Int64($0.offsetSeconds)).abbreviation == abbreviation
        }
        return (holding ?? all.first)?.offsetSeconds
    }
}
