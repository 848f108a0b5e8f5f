extension Sprig {
    /// Sprig's dates, and those that Helm 4.3 adds.
    static let dates: [Function] = formatting + reading + spans + durations

    private static let formatting: [Function] = [
        Function(inContext: "now") { (execution: inout Execution) throws(TemplateError) in
            let sprig = try execution.sprig
            return GoTime(instant: sprig.now, zone: sprig.localZone)
        },
        Function(inContext: "date") {
            (execution: inout Execution, layout: ByteString, date: Value) throws(TemplateError) in
            let sprig = try execution.sprig
            return shown(layout, date, sprig.localZone, sprig)
        },
        Function(inContext: "dateInZone", dateInZone),
        Function(inContext: "date_in_zone", dateInZone),
        Function(inContext: "htmlDate") {
            (execution: inout Execution, date: Value) throws(TemplateError) in
            let sprig = try execution.sprig
            return shown("2006-01-02", date, sprig.localZone, sprig)
        },
        Function(inContext: "htmlDateInZone") {
            (execution: inout Execution, date: Value, zone: ByteString) throws(TemplateError) in
            try dateInZone(&execution, "2006-01-02", date, zone)
        },
        Function("unixEpoch") { (time: GoTime) in ByteString("\(time.instant.seconds)") },
    ]

    private static func shown(
        _ layout: ByteString, _ date: Value, _ zone: TimeZoneRules, _ sprig: Surroundings
    ) -> ByteString {
        let time = time(of: date) ?? GoTime(instant: sprig.now, zone: .utc)
        return time.inZone(zone).format(layout)
    }

    @Sendable private static func dateInZone(
        _ execution: inout Execution, _ layout: ByteString, _ date: Value, _ zone: ByteString
    ) throws(TemplateError) -> ByteString {
        try execution.charge(steps: zoneSteps)
        let sprig = try execution.sprig
        return shown(layout, date, sprig.location(zone), sprig)
    }

    /// For reading the rules of a zone, which takes about 20 µs.
    private static let zoneSteps = 200

    private static let reading: [Function] = [
        Function("dateModify", modifiedIfPossible), Function("date_modify", modifiedIfPossible),
        Function("mustDateModify", modified), Function("must_date_modify", modified),
        Function(inContext: "mustToDate", parsed),
        Function(inContext: "toDate") {
            (execution: inout Execution, layout: ByteString, text: ByteString) in
            (try? parsed(&execution, layout, text)) ?? GoTime.zero
        },
    ]

    @Sendable private static func modified(
        _ text: ByteString, _ time: GoTime
    ) throws(TemplateError) -> GoTime { time.adding(try GoDuration.parse(text)) }

    @Sendable private static func modifiedIfPossible(_ text: ByteString, _ time: GoTime) -> GoTime {
        (try? modified(text, time)) ?? time
    }

    @Sendable private static func parsed(
        _ execution: inout Execution, _ layout: ByteString, _ text: ByteString
    ) throws(TemplateError) -> GoTime {
        try TimeParser.parse(text, layout: layout, zone: try execution.sprig.localZone)
    }

    private static let spans: [Function] = [
        Function(inContext: "ago") {
            (execution: inout Execution, date: Value) throws(TemplateError) in
            let sprig = try execution.sprig
            let then = time(of: date)?.instant ?? sprig.now
            let age = sprig.now.since(then)
            let second = GoDuration(nanoseconds: GoDuration.second)
            return ByteString(age.rounded(to: second).description)
        },
        Function("duration") { (seconds: Value) in
            var count: Int64 = 0
            switch seconds {
            case .string(let text):
                let read = readInteger(text.bytes)
                count = read.fault == .syntax ? 0 : read.value
            case .int64(let number): count = number
            default: break
            }
            return ByteString(
                GoDuration(nanoseconds: count &* GoDuration.second).description)
        },
        Function(inContext: "durationRound") {
            (execution: inout Execution, value: Value) throws(TemplateError) in
            switch value {
            case .string(let text):
                return roughly((try? GoDuration.parse(text))?.nanoseconds ?? 0)
            case .int64(let number): return roughly(number)
            default:
                guard let time = time(of: value, numbersToo: false) else { return roughly(0) }
                return roughly(try execution.sprig.now.since(time.instant).nanoseconds)
            }
        },
    ]

    /// The largest unit of which there is more than one, and how many of it: `3mo`.
    private static func roughly(_ nanoseconds: Int64) -> ByteString {
        let hour = UInt64(GoDuration.hour)
        let units: [(UInt64, String)] = [
            (hour * 24 * 365, "y"), (hour * 24 * 30, "mo"), (hour * 24, "d"), (hour, "h"),
            (UInt64(GoDuration.minute), "m"), (UInt64(GoDuration.second), "s"),
        ]
        for (unit, name) in units where nanoseconds.magnitude > unit {
            return ByteString("\(nanoseconds.magnitude / unit)\(name)")
        }
        return "0s"
    }

    /// A time, or the seconds since 1970 as an integer.
    private static func time(of value: Value, numbersToo: Bool = true) -> GoTime? {
        if let time = GoTime.taken(from: value) { return time }
        guard numbersToo else { return nil }
        switch value {
        case .int(let number):
            return GoTime(instant: Instant(seconds: Int64(number)), zone: .utc)
        case .int64(let number): return GoTime(instant: Instant(seconds: number), zone: .utc)
        default: return nil
        }
    }
}

extension Sprig.Surroundings {
    /// The rules of a zone by its name; UTC for a name that is not known.
    func location(_ name: ByteString) -> TimeZoneRules {
        switch name {
        case "", "UTC": .utc
        case "Local": localZone
        default: zone(name.description) ?? .utc
        }
    }
}
