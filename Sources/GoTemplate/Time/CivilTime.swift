/// Date and time of day as a calendar and a clock show them.
struct CivilTime: Hashable {
    var year = 1
    /// 1 to 12.
    var month = 1
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0

    /// Of seconds since 1970 that already contain the offset of a zone.
    init(localSeconds: Int64) {
        let days = localSeconds.flooredDivision(by: 86_400)
        let rest = Int(localSeconds &- days &* 86_400)
        (year, month, day) = Self.date(ofDay: days)
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
    }

    init() {}

    /// Seconds since 1970, without an offset; months, days and hours may lie beyond their ranges.
    var localSeconds: Int64 {
        let months = Int64(year) * 12 + Int64(month - 1)
        let normalYear = months.flooredDivision(by: 12)
        let normalMonth = Int(months - normalYear * 12) + 1
        let days = Self.days(year: normalYear, month: normalMonth) &+ Int64(day - 1)
        return days &* 86_400 &+ Int64(hour) &* 3600 &+ Int64(minute) &* 60 &+ Int64(second)
    }

    /// 0 is Sunday.
    var weekday: Int {
        let days = localSeconds.flooredDivision(by: 86_400)
        return Int(((days % 7) + 11) % 7)
    }

    /// From 1.
    var dayOfYear: Int {
        var first = self
        (first.month, first.day, first.hour, first.minute, first.second) = (1, 1, 0, 0, 0)
        return Int((localSeconds - first.localSeconds).flooredDivision(by: 86_400)) + 1
    }

    static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The first day of a month, in days since 1970.
    ///
    /// Years begin in March here, so that leap days come last.
    ///
    /// Source: https://howardhinnant.github.io/date_algorithms.html#days_from_civil
    static func days(year: Int64, month: Int) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year.flooredDivision(by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// The date of a day counted from 1970.
    ///
    /// Source: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    private static func date(ofDay day: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = day &+ 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = Int(shifted &- era &* 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
]

let weekdayNames = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
]

extension Int64 {
    func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
