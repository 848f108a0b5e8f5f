/// A layout of package time: the reference time `Mon Jan 2 15:04:05 MST 2006` in the wanted form.
///
/// Source: https://pkg.go.dev/time#pkg-constants
struct TimeLayout {
    enum Element: Hashable {
        case longYear, year
        case longMonth, month, numericMonth, zeroMonth
        case longWeekday, weekday
        case day, spaceDay, zeroDay
        case spaceYearDay, zeroYearDay
        case hour, hour12, zeroHour12
        case minute, zeroMinute, second, zeroSecond
        case largePM, smallPM
        case zoneName
        case offset(OffsetForm, zIsUTC: Bool)
        /// Digits behind the separator: always all of them, or without zeros at the end.
        case fraction(digits: Int, separator: UInt8, keepsZeros: Bool)
    }

    enum OffsetForm {
        case short, plain, colon, plainSeconds, colonSeconds
    }

    struct Chunk {
        /// What stands before the element.
        var literal: ArraySlice<UInt8>
        /// nil at the end.
        var element: Element?
        /// The element as the layout writes it.
        var text: ArraySlice<UInt8>
    }

    let chunks: [Chunk]

    init(_ layout: ByteString) {
        let bytes = layout.bytes
        var chunks: [Chunk] = []
        var start = 0
        var position = 0
        while position < bytes.count {
            guard let (element, skipped, length) = Self.element(bytes[position...]) else {
                position += 1
                continue
            }
            let begin = position + skipped
            chunks.append(
                Chunk(
                    literal: bytes[start..<begin], element: element,
                    text: bytes[begin..<(begin + length)]))
            position = begin + length
            start = position
        }
        chunks.append(Chunk(literal: bytes[start...], element: nil, text: []))
        self.chunks = chunks
    }

    /// The element at the beginning, the bytes before it that belong to the text, and its length.
    private static func element(
        _ rest: ArraySlice<UInt8>
    ) -> (element: Element, skipped: Int, length: Int)? {
        switch rest.first {
        // `_2006` is an underscore before a year.
        case UInt8(ascii: "_") where rest.dropFirst().starts(with: "2006".utf8):
            return (.longYear, 1, 4)
        case UInt8(ascii: "."), UInt8(ascii: ","):
            return fraction(rest).map { ($0, 0, 1 + $1) }
        default: break
        }
        for (text, element) in fixed where rest.starts(with: text.utf8) {
            // `Jan` and `Mon` do not begin other words.
            if element == .month || element == .weekday {
                let next = rest.dropFirst(3).first
                if let next, (0x61...0x7A).contains(next) { continue }
            }
            return (element, 0, text.utf8.count)
        }
        return nil
    }

    private static func fraction(_ rest: ArraySlice<UInt8>) -> (Element, Int)? {
        guard let separator = rest.first, let digit = rest.dropFirst().first,
            digit == UInt8(ascii: "0") || digit == UInt8(ascii: "9")
        else { return nil }
        let count = rest.dropFirst().prefix { $0 == digit }.count
        if let next = rest.dropFirst(1 + count).first, (0x30...0x39).contains(next) { return nil }
        let keepsZeros = digit == UInt8(ascii: "0")
        return (.fraction(digits: count, separator: separator, keepsZeros: keepsZeros), count)
    }

    /// Longer ones before those they begin with.
    private static let fixed: [(String, Element)] = [
        ("January", .longMonth), ("Jan", .month),
        ("Monday", .longWeekday), ("Mon", .weekday), ("MST", .zoneName),
        ("01", .zeroMonth), ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute),
        ("05", .zeroSecond), ("06", .year), ("002", .zeroYearDay),
        ("15", .hour), ("1", .numericMonth), ("2006", .longYear), ("2", .day),
        ("_2", .spaceDay), ("__2", .spaceYearDay),
        ("3", .hour12), ("4", .minute), ("5", .second), ("PM", .largePM), ("pm", .smallPM),
        ("-070000", .offset(.plainSeconds, zIsUTC: false)),
        ("-07:00:00", .offset(.colonSeconds, zIsUTC: false)),
        ("-0700", .offset(.plain, zIsUTC: false)), ("-07:00", .offset(.colon, zIsUTC: false)),
        ("-07", .offset(.short, zIsUTC: false)),
        ("Z070000", .offset(.plainSeconds, zIsUTC: true)),
        ("Z07:00:00", .offset(.colonSeconds, zIsUTC: true)),
        ("Z0700", .offset(.plain, zIsUTC: true)), ("Z07:00", .offset(.colon, zIsUTC: true)),
        ("Z07", .offset(.short, zIsUTC: true)),
    ]
}

extension TimeLayout {
    /// The time in the layout's form.
    func format(_ time: GoTime) -> ByteString {
        let civil = time.civil
        let period = time.period
        var out: [UInt8] = []
        for chunk in chunks {
            out += chunk.literal
            guard let element = chunk.element else { break }
            out += Self.text(element, civil, period, time.instant.nanoseconds).utf8
        }
        return ByteString(out)
    }

    private static func text(
        _ element: Element, _ time: CivilTime, _ zone: TimeZoneRules.Period, _ nanoseconds: Int32
    ) -> String {
        switch element {
        case .longYear: padded(time.year, 4)
        case .year: padded(max(time.year, 0) % 100, 2)
        case .longMonth: monthNames[time.month - 1]
        case .month: String(monthNames[time.month - 1].prefix(3))
        case .numericMonth: "\(time.month)"
        case .zeroMonth: padded(time.month, 2)
        case .longWeekday: weekdayNames[time.weekday]
        case .weekday: String(weekdayNames[time.weekday].prefix(3))
        case .day: "\(time.day)"
        case .spaceDay: padded(time.day, 2, with: " ")
        case .zeroDay: padded(time.day, 2)
        case .spaceYearDay: padded(time.dayOfYear, 3, with: " ")
        case .zeroYearDay: padded(time.dayOfYear, 3)
        case .hour: padded(time.hour, 2)
        case .hour12: "\(hour12(time.hour))"
        case .zeroHour12: padded(hour12(time.hour), 2)
        case .minute: "\(time.minute)"
        case .zeroMinute: padded(time.minute, 2)
        case .second: "\(time.second)"
        case .zeroSecond: padded(time.second, 2)
        case .largePM: time.hour >= 12 ? "PM" : "AM"
        case .smallPM: time.hour >= 12 ? "pm" : "am"
        case .zoneName:
            zone.abbreviation.isEmpty ? text(of: zone.offsetSeconds, .plain) : zone.abbreviation
        case .offset(let form, let zIsUTC):
            zIsUTC && zone.offsetSeconds == 0 ? "Z" : text(of: zone.offsetSeconds, form)
        case .fraction(let digits, let separator, let keepsZeros):
            fraction(nanoseconds, digits, separator, keepsZeros)
        }
    }

    private static func hour12(_ hour: Int) -> Int { hour % 12 == 0 ? 12 : hour % 12 }

    private static func padded(_ number: Int, _ width: Int, with filler: Character = "0") -> String
    {
        let digits = String(number.magnitude)
        let padding = String(repeating: filler, count: max(width - digits.count, 0))
        return (number < 0 ? "-" : "") + padding + digits
    }

    private static func text(of offsetSeconds: Int, _ form: OffsetForm) -> String {
        // The sign is that of the minutes, as in Go.
        let sign = offsetSeconds / 60 < 0 ? "-" : "+"
        let seconds = Int(offsetSeconds.magnitude)
        let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
        switch form {
        case .short: return sign + parts[0]
        case .plain: return sign + parts[..<2].joined()
        case .colon: return sign + parts[..<2].joined(separator: ":")
        case .plainSeconds: return sign + parts.joined()
        case .colonSeconds: return sign + parts.joined(separator: ":")
        }
    }

    private static func fraction(
        _ nanoseconds: Int32, _ digits: Int, _ separator: UInt8, _ keepsZeros: Bool
    ) -> String {
        var text = padded(Int(nanoseconds), 9)
        text += String(repeating: "0", count: max(digits - 9, 0))
        text = String(text.prefix(digits))
        if !keepsZeros {
            while text.last == "0" { text.removeLast() }
            if text.isEmpty { return "" }
        }
        return String(Unicode.Scalar(separator)) + text
    }
}
