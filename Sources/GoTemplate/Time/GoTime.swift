/// Go's `time.Time`: a point in time and the zone in which it shows itself.
struct GoTime: Sendable {
    var instant: Instant
    var zone: TimeZoneRules

    /// Year 1, as Go's zero value.
    static let zero = GoTime(instant: Instant(seconds: -62_135_596_800), zone: .utc)

    var period: TimeZoneRules.Period { zone.period(at: instant.seconds) }

    var civil: CivilTime {
        CivilTime(localSeconds: instant.seconds &+ Int64(period.offsetSeconds))
    }

    func format(_ layout: ByteString) -> ByteString { TimeLayout(layout).format(self) }

    func inZone(_ zone: TimeZoneRules) -> GoTime { GoTime(instant: instant, zone: zone) }

    /// The same moment further on.
    func adding(_ duration: GoDuration) -> GoTime {
        GoTime(instant: instant.adding(duration), zone: zone)
    }

    func adding(years: Int, months: Int, days: Int) -> GoTime {
        var civil = civil
        civil.year &+= years
        civil.month &+= months
        civil.day &+= days
        let local = civil.localSeconds
        let guess = zone.period(at: local).offsetSeconds
        let offset = zone.period(at: local &- Int64(guess)).offsetSeconds
        return GoTime(
            instant: Instant(
                seconds: local &- Int64(offset), nanoseconds: instant.nanoseconds), zone: zone)
    }

    /// As it stands in JSON.
    var json: ByteString { format("2006-01-02T15:04:05.999999999Z07:00") }
}

extension GoTime: Object {
    static let goTypeOfTime = GoType.named("time.Time", nil)

    var type: GoType { Self.goTypeOfTime }
    var text: ByteString? { format("2006-01-02 15:04:05.999999999 -0700 MST") }
    func method(_ name: ByteString) -> Function? { Self.methods[name] }

    private static let methods: [ByteString: Function] = table(
        components + computations + comparisons)

    static func table(_ functions: [Function]) -> [ByteString: Function] {
        Dictionary(functions.map { (ByteString($0.name), $0) }) { first, _ in first }
    }

    private static let components: [Function] = [
        Function("Year") { (time: GoTime) in time.civil.year },
        Function("Month") { (time: GoTime) in Value.object(GoMonth(number: time.civil.month)) },
        Function("Day") { (time: GoTime) in time.civil.day },
        Function("Weekday") { (time: GoTime) in
            Value.object(GoWeekday(number: time.civil.weekday))
        },
        Function("YearDay") { (time: GoTime) in time.civil.dayOfYear },
        Function("Hour") { (time: GoTime) in time.civil.hour },
        Function("Minute") { (time: GoTime) in time.civil.minute },
        Function("Second") { (time: GoTime) in time.civil.second },
        Function("Nanosecond") { (time: GoTime) in Int(time.instant.nanoseconds) },
        Function("Unix") { (time: GoTime) in time.instant.seconds },
        Function("UnixMilli") { (time: GoTime) in
            time.instant.seconds &* 1_000 &+ Int64(time.instant.nanoseconds / 1_000_000)
        },
        Function("UnixMicro") { (time: GoTime) in
            time.instant.seconds &* 1_000_000 &+ Int64(time.instant.nanoseconds / 1_000)
        },
        Function("UnixNano") { (time: GoTime) in
            time.instant.seconds &* 1_000_000_000 &+ Int64(time.instant.nanoseconds)
        },
        Function("String") { (time: GoTime) in time.text ?? "" },
        Function("Location") { (time: GoTime) in Value.object(GoLocation(name: time.zone.name)) },
    ]

    private static let computations: [Function] = [
        Function("Format") { (time: GoTime, layout: ByteString) in time.format(layout) },
        Function("UTC") { (time: GoTime) in time.inZone(.utc) },
        // The zone of a template's times is the local one unless it was asked for another.
        Function("Local") { (time: GoTime) in time },
        Function("Add") { (time: GoTime, duration: GoDuration) in time.adding(duration) },
        Function("AddDate") { (time: GoTime, years: Int, months: Int, days: Int) in
            time.adding(years: years, months: months, days: days)
        },
        Function("Sub") { (time: GoTime, other: GoTime) in time.instant.since(other.instant) },
        Function("Truncate") { (time: GoTime, unit: GoDuration) in time.truncated(to: unit) },
    ]

    private static let comparisons: [Function] = [
        Function("Before") { (time: GoTime, other: GoTime) in time.instant < other.instant },
        Function("After") { (time: GoTime, other: GoTime) in time.instant > other.instant },
        Function("Equal") { (time: GoTime, other: GoTime) in time.instant == other.instant },
        Function("Compare") { (time: GoTime, other: GoTime) in
            time.instant == other.instant ? 0 : time.instant < other.instant ? -1 : 1
        },
        Function("IsZero") { (time: GoTime) in time.instant == GoTime.zero.instant },
    ]

    /// Down to a multiple of the unit since the year 1.
    private func truncated(to unit: GoDuration) -> GoTime {
        guard unit.nanoseconds > 0 else { return self }
        // In two steps, because the nanoseconds since the year 1 do not fit into 64 bits.
        let seconds = UInt64(bitPattern: instant.seconds &- GoTime.zero.instant.seconds)
        let size = UInt64(unit.nanoseconds)
        let product = seconds.multipliedFullWidth(by: 1_000_000_000)
        let (low, carry) = product.low.addingReportingOverflow(UInt64(instant.nanoseconds))
        let high = product.high + (carry ? 1 : 0)
        let rest = size.dividingFullWidth((high % size, low)).remainder
        return adding(GoDuration(nanoseconds: -Int64(rest)))
    }
}

extension GoTime: GoParameter, GoResult {
    static var goType: GoType { goTypeOfTime }
    static func taken(from value: Value) -> GoTime? {
        if case .object(let box) = value { box.object as? GoTime } else { nil }
    }
    var goValue: Value { .object(self) }
}

extension GoDuration: Object {
    static let goTypeOfDuration = GoType.named("time.Duration", .int64)

    var type: GoType { Self.goTypeOfDuration }
    var underlying: Value? { .int64(nanoseconds) }
    var text: ByteString? { ByteString(description) }
    func method(_ name: ByteString) -> Function? { Self.methods[name] }

    private static let methods = GoTime.table([
        Function("String") { (duration: GoDuration) in ByteString(duration.description) },
        Function("Nanoseconds") { (duration: GoDuration) in duration.nanoseconds },
        Function("Microseconds") { (duration: GoDuration) in duration.nanoseconds / 1_000 },
        Function("Milliseconds") { (duration: GoDuration) in duration.nanoseconds / 1_000_000 },
        Function("Seconds") { (duration: GoDuration) in duration.count(of: GoDuration.second) },
        Function("Minutes") { (duration: GoDuration) in duration.count(of: GoDuration.minute) },
        Function("Hours") { (duration: GoDuration) in duration.count(of: GoDuration.hour) },
        Function("Round") { (duration: GoDuration, unit: GoDuration) in
            duration.rounded(to: unit)
        },
        Function("Truncate") { (duration: GoDuration, unit: GoDuration) in
            duration.truncated(to: unit)
        },
        Function("Abs") { (duration: GoDuration) in
            let magnitude = Int64(clamping: duration.nanoseconds.magnitude)
            return GoDuration(nanoseconds: magnitude)
        },
    ])
}

extension GoDuration: GoParameter, GoResult {
    static var goType: GoType { goTypeOfDuration }
    static func taken(from value: Value) -> GoDuration? {
        switch value {
        case .object(let box): box.object as? GoDuration
        case .int64(let number): GoDuration(nanoseconds: number)
        default: nil
        }
    }
    var goValue: Value { .object(self) }
}

/// Go's `time.Month`, 1 to 12.
struct GoMonth: Object {
    var number: Int

    var type: GoType { .named("time.Month", .int) }
    var underlying: Value? { .int(number) }
    var text: ByteString? { ByteString(monthNames[number - 1]) }
}

/// Go's `time.Weekday`, from Sunday, which is 0.
struct GoWeekday: Object {
    var number: Int

    var type: GoType { .named("time.Weekday", .int) }
    var underlying: Value? { .int(number) }
    var text: ByteString? { ByteString(weekdayNames[number]) }
}

/// Go's `*time.Location`.
struct GoLocation: Object {
    var name: String

    var type: GoType { .named("*time.Location", nil) }
    var text: ByteString? { ByteString(name) }
}
