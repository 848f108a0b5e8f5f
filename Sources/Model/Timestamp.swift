/// A moment, in nanoseconds since 1970-01-01T00:00:00Z; from the year 1678 to 2262.
///
/// Text is RFC 3339 in UTC with nine digits, as it is stored: `2026-11-02T10:02:11.000000000Z`.
/// Source: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
public struct Timestamp: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    public init(seconds: Int64) { nanoseconds = seconds &* 1_000_000_000 }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Whole seconds since the epoch, rounded down.
    public var seconds: Int64 {
        nanoseconds >= 0
            ? nanoseconds / 1_000_000_000 : -((-nanoseconds + 999_999_999) / 1_000_000_000)
    }

    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(nanoseconds: time.nanoseconds + duration.wholeNanoseconds)
    }

    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        // Between two storable times may be more nanoseconds than fit into 64 bits.
        .nanoseconds(later.nanoseconds) - .nanoseconds(earlier.nanoseconds)
    }
}

extension Duration {
    /// Rounded towards zero.
    public var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}

extension Timestamp: CustomStringConvertible {
    public var description: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(30)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the bytes of `description`.
    package func append(to bytes: inout [UInt8]) {
        let date = CivilDate(daysSinceEpoch: dayNumber)
        // The first day there is begins before the first moment there is: that wraps around, and back.
        let inDay = nanoseconds &- dayNumber &* Self.nanosecondsPerDay
        let seconds = inDay / 1_000_000_000
        bytes.append(addingCapacity: 30) { text in
            Self.append(UInt64(date.year), from: 1000, to: &text)
            text.append(UInt8(ascii: "-"))
            Self.append(UInt64(date.month), from: 10, to: &text)
            text.append(UInt8(ascii: "-"))
            Self.append(UInt64(date.day), from: 10, to: &text)
            text.append(UInt8(ascii: "T"))
            Self.append(UInt64(seconds / 3600), from: 10, to: &text)
            text.append(UInt8(ascii: ":"))
            Self.append(UInt64(seconds / 60 % 60), from: 10, to: &text)
            text.append(UInt8(ascii: ":"))
            Self.append(UInt64(seconds % 60), from: 10, to: &text)
            text.append(UInt8(ascii: "."))
            Self.append(UInt64(inDay % 1_000_000_000), from: 100_000_000, to: &text)
            text.append(UInt8(ascii: "Z"))
        }
    }

    /// Without the fraction, as Kubernetes writes times: `2026-11-02T10:02:11Z`.
    public var secondsText: String { String(description.prefix(19)) + "Z" }

    static let nanosecondsPerDay: Int64 = 86_400_000_000_000

    /// Days since 1970-01-01, rounded down.
    package var dayNumber: Int64 {
        let days = nanoseconds / Self.nanosecondsPerDay
        return nanoseconds % Self.nanosecondsPerDay < 0 ? days - 1 : days
    }

    /// - Parameter unit: What the first digit counts.
    @inline(__always)
    private static func append(
        _ value: UInt64, from unit: UInt64, to text: inout OutputSpan<UInt8>
    ) {
        var unit = unit
        var rest = value
        while unit > 0 {
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unit))
            rest %= unit
            unit /= 10
        }
    }
}

extension Timestamp {
    /// Reads RFC 3339 with any offset and up to nine digits of fraction; `nil` for anything else.
    ///
    /// A leap second is read as the second after it.
    public init?(_ text: some StringProtocol) {
        var cursor = DigitCursor(Array(text.utf8))
        guard let year = cursor.digits(4), cursor.skip("-"),
            let month = cursor.digits(2), (1...12).contains(month), cursor.skip("-"),
            let day = cursor.digits(2), (1...31).contains(day),
            cursor.skip("T") || cursor.skip("t") || cursor.skip(" "),
            let hour = cursor.digits(2), hour < 24, cursor.skip(":"),
            let minute = cursor.digits(2), minute < 60, cursor.skip(":"),
            let second = cursor.digits(2), second <= 60, Self.years.contains(Int(year))
        else { return nil }
        var fraction: Int64 = 0
        if cursor.skip(".") {
            guard let digits = cursor.fraction() else { return nil }
            fraction = digits
        }
        guard let offsetMinutes = cursor.offset(), cursor.isAtEnd else { return nil }
        let civil = CivilDate(year: Int(year), month: Int(month), day: Int(day))
        guard CivilDate(daysSinceEpoch: civil.daysSinceEpoch) == civil else { return nil }
        let minutes = civil.daysSinceEpoch * 1440 + hour * 60 + minute - offsetMinutes
        nanoseconds = (minutes * 60 + second) * 1_000_000_000 + fraction
    }
}

extension Timestamp {
    /// The years whose every moment fits into 64 bits: others are not read.
    private static let years = 1678...2261
    private static let firstStorable = moment(of: years.lowerBound)
    private static let firstTooLate = moment(of: years.upperBound + 1)

    private static func moment(of year: Int) -> Int64 {
        CivilDate(year: year, month: 1, day: 1).daysSinceEpoch * nanosecondsPerDay
    }

    /// Whether what `description` writes is read again.
    package var isStorable: Bool {
        Self.firstStorable <= nanoseconds && nanoseconds < Self.firstTooLate
    }

    /// Reads the one form that `description` writes; `nil` for anything else, however valid.
    package init?(stored text: Span<UInt8>) {
        func two(at place: Int) -> Int64? {
            let tens = text[place] &- UInt8(ascii: "0")
            let ones = text[place + 1] &- UInt8(ascii: "0")
            return tens < 10 && ones < 10 ? Int64(tens) * 10 + Int64(ones) : nil
        }
        guard text.count == 30, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"), text[19] == UInt8(ascii: "."),
            text[29] == UInt8(ascii: "Z"),
            let century = two(at: 0), let yearOfCentury = two(at: 2),
            let month = two(at: 5), (1...12).contains(month),
            let day = two(at: 8), (1...31).contains(day), let hour = two(at: 11), hour < 24,
            let minute = two(at: 14), minute < 60, let second = two(at: 17), second < 60,
            let hundreds = eightDigits(text.extracting(20..<28)), case let last = text[28],
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last)
        else { return nil }
        let year = century * 100 + yearOfCentury
        guard Self.years.contains(Int(year)) else { return nil }
        let fraction = hundreds * 10 + Int64(last - UInt8(ascii: "0"))
        let civil = CivilDate(year: Int(year), month: Int(month), day: Int(day))
        let days = civil.daysSinceEpoch
        // Only months of fewer than 31 days need the look at the calendar.
        guard day <= 28 || CivilDate(daysSinceEpoch: days) == civil else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second
        nanoseconds = seconds * 1_000_000_000 + fraction
    }
}

/// The value of eight decimal digits; `nil` when one of them is anything else.
///
/// All eight at once: pairs, then pairs of pairs, each step in one multiplication.
/// Source: https://lemire.me/blog/2022/01/21/swar-explained-parsing-eight-digits/
private func eightDigits(_ text: Span<UInt8>) -> Int64? {
    let loaded = text.bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
    let word = UInt64(littleEndian: loaded)
    let highs: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    let zeros: UInt64 = 0x3030_3030_3030_3030
    // From ":" on six more carry into the upper half of a byte.
    guard word & highs == zeros, (word &+ 0x0606_0606_0606_0606) & highs == zeros else {
        return nil
    }
    let digits = word - zeros
    let pairs = (digits &* 10 &+ digits >> 8) & 0x00FF_00FF_00FF_00FF
    let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
    return Int64(truncatingIfNeeded: (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF)
}

/// A day of the proleptic Gregorian calendar.
///
/// Source: https://howardhinnant.github.io/date_algorithms.html (days_from_civil, civil_from_days)
package struct CivilDate: Equatable {
    package var year: Int
    package var month: Int
    package var day: Int

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    package init(daysSinceEpoch: Int64) {
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    var daysSinceEpoch: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let shiftedMonth = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

private struct DigitCursor {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func digits(_ count: Int) -> Int64? {
        guard position + count <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + count] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        position += count
        return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }

    /// One to nine digits, as nanoseconds.
    mutating func fraction() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while count < 9, let digit = digits(1) {
            value = value * 10 + digit
            count += 1
        }
        guard count > 0 else { return nil }
        while count < 9 {
            value *= 10
            count += 1
        }
        return value
    }

    /// `Z` or `±hh:mm`, in minutes.
    mutating func offset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24, minutes < 60
        else {
            return nil
        }
        return sign * (hours * 60 + minutes)
    }
}
