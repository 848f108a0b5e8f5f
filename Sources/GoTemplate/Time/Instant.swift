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
