/// When a zone changes its clocks, the same each year, as the last line of a zone file says it:
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9636#section-3.3 and, for what is accepted,
/// https://github.com/golang/go/blob/go1.25.0/src/time/zoneinfo.go (tzset)
struct YearlyZoneRule: Hashable, Sendable {
    /// A name and an offset, in seconds east of Greenwich.
    struct Clock: Hashable, Sendable {
        var abbreviation: String
        var offsetSeconds: Int
    }

    /// A day of the year.
    enum Day: Hashable, Sendable {
        /// 1 to 365; the 29th of February is never counted.
        case withoutLeapDay(Int)
        /// 0 to 365.
        case ofYear(Int)
        /// The first to fourth such weekday of a month, or with 5 the last; 0 is Sunday.
        case weekday(month: Int, week: Int, Int)
    }

    struct Change: Hashable, Sendable {
        var day: Day
        /// Since midnight by the clock that ends; from minus a week to a week.
        var seconds: Int
    }

    struct Summer: Hashable, Sendable {
        var clock: Clock
        var begins: Change
        var ends: Change
    }

    var winter: Clock
    var summer: Summer?
}

extension YearlyZoneRule {
    func period(at seconds: Int64) -> TimeZoneRules.Period {
        let year = CivilTime(localSeconds: seconds).year
        let newYear = CivilTime.days(year: Int64(year), month: 1) &* 86_400
        guard let summer else { return period(winter, from: newYear) }
        let begin = summer.begins.moment(in: year, of: winter)
        let end = summer.ends.moment(in: year, of: summer.clock)
        // In the south, summer is on both sides of the new year.
        let (inner, outer) = end < begin ? (winter, summer.clock) : (summer.clock, winter)
        let (first, last) = (min(begin, end), max(begin, end))
        if seconds < first { return period(outer, from: newYear) }
        return seconds < last ? period(inner, from: first) : period(outer, from: last)
    }

    private func period(_ clock: Clock, from start: Int64) -> TimeZoneRules.Period {
        TimeZoneRules.Period(
            start: start, offsetSeconds: clock.offsetSeconds, abbreviation: clock.abbreviation)
    }
}

extension YearlyZoneRule.Change {
    /// Seconds since 1970 at which the clock that holds until then shows the change.
    func moment(in year: Int, of clock: YearlyZoneRule.Clock) -> Int64 {
        let start = CivilTime.days(year: Int64(year), month: 1)
        let number: Int64
        switch day {
        case .withoutLeapDay(let day):
            number = start + Int64(day - 1) + (CivilTime.isLeap(year) && day >= 60 ? 1 : 0)
        case .ofYear(let day): number = start + Int64(day)
        case .weekday(let month, let week, let weekday):
            let first = CivilTime.days(year: Int64(year), month: month)
            let firstWeekday = CivilTime(localSeconds: first &* 86_400).weekday
            var day = (weekday - firstWeekday + 7) % 7
            let length = CivilTime.daysIn(month: month, year: year)
            for _ in 1..<week where day + 7 < length { day += 7 }
            number = first + Int64(day)
        }
        return number &* 86_400 &+ Int64(seconds - clock.offsetSeconds)
    }
}

extension YearlyZoneRule {
    /// `nil` for what is not of that form.
    init?(_ text: some Sequence<UInt8>) {
        var reader = Reader(rest: Array(text)[...])
        guard let winter = reader.clock(usual: nil) else { return nil }
        self.winter = winter
        let comma = UInt8(ascii: ","), semicolon = UInt8(ascii: ";")
        guard let next = reader.rest.first, next != comma else { return }
        let hour = 3600
        guard let clock = reader.clock(usual: winter.offsetSeconds + hour) else { return nil }
        // As the United States do it.
        if reader.rest.isEmpty { reader.rest = Array(",M3.2.0,M11.1.0".utf8)[...] }
        guard let separator = reader.rest.popFirst(), separator == comma || separator == semicolon,
            let begins = reader.change(), reader.rest.popFirst() == comma,
            let ends = reader.change(), reader.rest.isEmpty
        else { return nil }
        summer = Summer(clock: clock, begins: begins, ends: ends)
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        /// A name and an offset, which counts west of Greenwich here.
        ///
        /// - Parameter usual: The offset of a name without one.
        mutating func clock(usual: Int?) -> Clock? {
            guard let name = name() else { return nil }
            if let usual, rest.isEmpty || rest.first == UInt8(ascii: ",") {
                return Clock(abbreviation: name, offsetSeconds: usual)
            }
            return offset().map { Clock(abbreviation: name, offsetSeconds: -$0) }
        }

        /// Three letters or more, or anything between angle brackets.
        private mutating func name() -> String? {
            guard rest.first != UInt8(ascii: "<") else {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
                defer { rest = rest[(end + 1)...] }
                return String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
            }
            let name = rest.prefix { !"0123456789,-+".utf8.contains($0) }
            guard name.count >= 3 else { return nil }
            rest = rest.dropFirst(name.count)
            return String(decoding: name, as: UTF8.self)
        }

        /// `[+-]hours[:minutes[:seconds]]`, in seconds.
        mutating func offset() -> Int? {
            var sign = 1
            if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
                sign = first == UInt8(ascii: "-") ? -1 : 1
                rest = rest.dropFirst()
            }
            guard let hours = number(0...24 * 7) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] {
                guard rest.first == UInt8(ascii: ":") else { break }
                rest = rest.dropFirst()
                guard let part = number(0...59) else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        mutating func change() -> Change? {
            guard let day = day() else { return nil }
            guard rest.first == UInt8(ascii: "/") else { return Change(day: day, seconds: 7200) }
            rest = rest.dropFirst()
            return offset().map { Change(day: day, seconds: $0) }
        }

        private mutating func day() -> Day? {
            switch rest.first {
            case UInt8(ascii: "J"):
                rest = rest.dropFirst()
                return number(1...365).map { .withoutLeapDay($0) }
            case UInt8(ascii: "M"):
                rest = rest.dropFirst()
                guard let month = number(1...12), rest.popFirst() == UInt8(ascii: "."),
                    let week = number(1...5), rest.popFirst() == UInt8(ascii: "."),
                    let weekday = number(0...6)
                else { return nil }
                return .weekday(month: month, week: week, weekday)
            default: return number(0...365).map { .ofYear($0) }
            }
        }

        private mutating func number(_ range: ClosedRange<Int>) -> Int? {
            let digits = rest.prefix(while: isDigit)
            guard !digits.isEmpty else { return nil }
            var number = 0
            for digit in digits {
                number = number * 10 + Int(digit - UInt8(ascii: "0"))
                guard number <= range.upperBound else { return nil }
            }
            rest = rest.dropFirst(digits.count)
            return range.contains(number) ? number : nil
        }
    }
}
