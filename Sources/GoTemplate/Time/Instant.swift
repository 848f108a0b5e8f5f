/// A point in time, apart from any zone.
public struct Instant: Hashable, Sendable, Comparable {
    /// Since 1970-01-01T00:00:00Z.
    public var seconds: Int64
    /// 0 to 999,999,999, counted forward from `seconds`.
    public var nanoseconds: Int32

    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    public static func < (a: Instant, b: Instant) -> Bool {
        (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
    }

    /// Beyond the range it wraps, as in Go.
    func adding(_ duration: GoDuration) -> Instant {
        let (seconds, rest) = duration.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        var sum = Instant(
            seconds: self.seconds &+ seconds, nanoseconds: nanoseconds + Int32(rest))
        if sum.nanoseconds >= 1_000_000_000 {
            sum.nanoseconds -= 1_000_000_000
            sum.seconds &+= 1
        } else if sum.nanoseconds < 0 {
            sum.nanoseconds += 1_000_000_000
            sum.seconds &-= 1
        }
        return sum
    }

    /// The time from `other` to this; at most what a duration holds.
    func since(_ other: Instant) -> GoDuration {
        let (seconds, overflow) = self.seconds.subtractingReportingOverflow(other.seconds)
        let (product, isLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isLarger) = product.addingReportingOverflow(
            Int64(nanoseconds - other.nanoseconds))
        if overflow || isLarge || isLarger {
            return GoDuration(nanoseconds: self < other ? .min : .max)
        }
        return GoDuration(nanoseconds: sum)
    }
}

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
