public import Model

/// The minutes that a cron expression of five fields names, in UTC.
///
/// Minute, hour, day of the month, month, day of the week: numbers, names of months and days, `*` and `?`, ranges,
/// lists and steps; `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. When both days are restricted, either
/// suffices.
///
/// Source: https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format, which Argo CD's sync
/// windows are read with.
public struct CronSchedule: Hashable, Sendable {
    /// Bit *n* is set when *n* is named.
    private var minutes: UInt64
    private var hours: UInt64
    private var days: UInt64
    private var months: UInt64
    private var weekdays: UInt64
    private var isAnyDay: Bool
    private var isAnyWeekday: Bool

    /// `nil` for anything that is no such expression.
    public init?(_ text: String) {
        let shorthands = [
            "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
            "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *",
            "@annually": "0 0 1 1 *",
        ]
        let fields = (shorthands[text] ?? text).split(separator: " ").map(String.init)
        guard fields.count == 5, let minutes = Self.bits(fields[0], 0...59),
            let hours = Self.bits(fields[1], 0...23), let days = Self.bits(fields[2], 1...31),
            let months = Self.bits(fields[3], 1...12, names: Self.monthNames),
            let weekdays = Self.bits(fields[4], 0...6, names: Self.dayNames)
        else { return nil }
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.months = months
        self.weekdays = weekdays
        isAnyDay = Self.isAny(fields[2])
        isAnyWeekday = Self.isAny(fields[4])
    }

    /// Whether the minute that a time lies in is one of the schedule.
    public func contains(_ time: Timestamp) -> Bool {
        let day = time.dayNumber
        return contains(day: day) && contains(minute: (time.seconds - day * 86_400) / 60)
    }

    /// The last minute of the schedule at or before a time, looking back to `earliest` at most.
    public func last(before time: Timestamp, notBefore earliest: Timestamp) -> Timestamp? {
        var day = time.dayNumber
        var minute = (time.seconds - day * 86_400) / 60
        while day >= earliest.dayNumber {
            if contains(day: day) {
                while minute >= 0 {
                    if contains(minute: minute) {
                        let found = Timestamp(seconds: day * 86_400 + minute * 60)
                        return found >= earliest ? found : nil
                    }
                    minute -= 1
                }
            }
            day -= 1
            minute = 1439
        }
        return nil
    }

    private func contains(minute: Int64) -> Bool {
        hours & 1 << UInt64(minute / 60) != 0 && minutes & 1 << UInt64(minute % 60) != 0
    }

    private func contains(day number: Int64) -> Bool {
        let date = CivilDate(daysSinceEpoch: number)
        guard months & 1 << UInt64(date.month) != 0 else { return false }
        // The epoch was a Thursday.
        let weekday = ((number + 4) % 7 + 7) % 7
        let isDay = days & 1 << UInt64(date.day) != 0
        let isWeekday = weekdays & 1 << UInt64(weekday) != 0
        return isAnyDay || isAnyWeekday ? isDay && isWeekday : isDay || isWeekday
    }
}

extension CronSchedule {
    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    private static func isAny(_ field: String) -> Bool { field == "*" || field == "?" }

    /// One field, `1-5,10/2`, as bits.
    private static func bits(_ field: String, _ range: ClosedRange<Int>, names: [String] = [])
        -> UInt64?
    {
        var bits: UInt64 = 0
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            guard (1...2).contains(pieces.count),
                let bounds = bounds(String(pieces[0]), range, names, hasStep: pieces.count == 2)
            else { return nil }
            var step = 1
            if pieces.count == 2 {
                guard let number = Int(pieces[1]), number > 0 else { return nil }
                step = number
            }
            for value in stride(from: bounds.lowerBound, through: bounds.upperBound, by: step) {
                bits |= 1 << UInt64(value)
            }
        }
        return bits
    }

    private static func bounds(
        _ text: String, _ range: ClosedRange<Int>, _ names: [String], hasStep: Bool
    ) -> ClosedRange<Int>? {
        if isAny(text) { return range }
        func value(_ text: Substring) -> Int? {
            if let place = names.firstIndex(of: text.lowercased()) {
                return place + range.lowerBound
            }
            guard let number = Int(text), range.contains(number) else { return nil }
            return number
        }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = ends.first.flatMap(value) else { return nil }
        switch ends.count {
        // `10/5` counts on from ten to the end.
        case 1: return first...(hasStep ? range.upperBound : first)
        case 2:
            guard let last = value(ends[1]), first <= last else { return nil }
            return first...last
        default: return nil
        }
    }
}
