extension Sprig {
    /// Sprig's dates, and those that Helm 4.3 adds.
    static func dates(_ surroundings: Surroundings) -> [Function] {
        formatting(surroundings) + reading(surroundings) + spans(surroundings) + durations
    }

    private static func formatting(_ surroundings: Surroundings) -> [Function] {
        let shown = { @Sendable (layout: ByteString, date: Value, zone: TimeZoneRules) in
            let time = time(of: date) ?? GoTime(instant: surroundings.now, zone: .utc)
            return time.inZone(zone).format(layout)
        }
        let dateInZone:
            @Sendable (inout Execution, ByteString, Value, ByteString) throws(TemplateError)
                -> ByteString = { (execution, layout, date, zone) throws(TemplateError) in
                    try execution.charge(steps: zoneSteps)
                    return shown(layout, date, surroundings.location(zone))
                }
        return [
            Function("now") { GoTime(instant: surroundings.now, zone: surroundings.localZone) },
            Function("date") { (layout: ByteString, date: Value) in
                shown(layout, date, surroundings.localZone)
            },
            Function(inContext: "dateInZone", dateInZone),
            Function(inContext: "date_in_zone", dateInZone),
            Function("htmlDate") { (date: Value) in
                shown("2006-01-02", date, surroundings.localZone)
            },
            Function(inContext: "htmlDateInZone") {
                (execution: inout Execution, date: Value, zone: ByteString)
                    throws(TemplateError) -> ByteString in
                try dateInZone(&execution, "2006-01-02", date, zone)
            },
            Function("unixEpoch") { (time: GoTime) in ByteString("\(time.instant.seconds)") },
        ]
    }

    /// For reading the rules of a zone, which takes about 20 µs.
    private static let zoneSteps = 200

    private static func reading(_ surroundings: Surroundings) -> [Function] {
        let modify = { @Sendable (text: ByteString, time: GoTime) throws(TemplateError) in
            time.adding(try GoDuration.parse(text))
        }
        let modifyIfPossible = { @Sendable (text: ByteString, time: GoTime) in
            (try? modify(text, time)) ?? time
        }
        let parse = { @Sendable (layout: ByteString, text: ByteString) throws(TemplateError) in
            try TimeParser.parse(text, layout: layout, zone: surroundings.localZone)
        }
        return [
            Function("dateModify", modifyIfPossible), Function("date_modify", modifyIfPossible),
            Function("mustDateModify", modify), Function("must_date_modify", modify),
            Function("mustToDate", parse),
            Function("toDate") { (layout: ByteString, text: ByteString) in
                (try? parse(layout, text)) ?? GoTime.zero
            },
        ]
    }

    private static func spans(_ surroundings: Surroundings) -> [Function] {
        [
            Function("ago") { (date: Value) in
                let then = time(of: date)?.instant ?? surroundings.now
                let age = surroundings.now.since(then)
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
            Function("durationRound") { (value: Value) in
                switch value {
                case .string(let text): roughly((try? GoDuration.parse(text))?.nanoseconds ?? 0)
                case .int64(let number): roughly(number)
                default:
                    roughly(
                        time(of: value, numbersToo: false).map {
                            surroundings.now.since($0.instant).nanoseconds
                        } ?? 0)
                }
            },
        ]
    }

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
