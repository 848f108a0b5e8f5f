/// Reads a time by a layout, as `time.ParseInLocation` does.
///
/// Source: https://pkg.go.dev/time#ParseInLocation
struct TimeParser {
    private let layout: ByteString
    private let text: ByteString
    private var rest: ArraySlice<UInt8>
    private var time = CivilTime()
    private var nanoseconds: Int32 = 0
    private var month: Int?
    private var day: Int?
    private var dayOfYear: Int?
    private var isAfternoon: Bool?
    private var offsetSeconds: Int?
    private var zoneName: String?
    private var isUTC = false

    /// What a value was not: of the layout's form, or within its range.
    private enum Fault: Error {
        case form
        case range(String)
    }

    /// - Throws: a `TemplateError` with the text of `time.ParseError`.
    static func parse(
        _ text: ByteString, layout: ByteString, zone: TimeZoneRules
    ) throws(TemplateError) -> GoTime {
        var parser = TimeParser(text, layout: layout)
        try parser.readAll()
        try parser.settleDay()
        return parser.result(zone)
    }

    private init(_ text: ByteString, layout: ByteString) {
        self.text = text
        self.layout = layout
        rest = text.bytes[...]
        time.year = 0
    }

    private mutating func readAll() throws(TemplateError) {
        let chunks = TimeLayout(layout).chunks
        for (place, chunk) in chunks.enumerated() {
            guard skip(chunk.literal) else { throw mismatch(rest, chunk.literal) }
            guard let element = chunk.element else {
                guard rest.isEmpty else {
                    throw problem(": extra text: \(timeQuoted(rest))")
                }
                return
            }
            let before = rest
            do throws(Fault) {
                try read(element)
                if element == .second || element == .zeroSecond {
                    try readUnaskedFraction(before: chunks[place + 1].element)
                }
            } catch {
                switch error {
                case .range(let name): throw problem(": \(name) out of range")
                case .form: throw mismatch(before, chunk.text)
                }
            }
        }
    }

    private func problem(_ message: String) -> TemplateError {
        TemplateError("parsing time \(timeQuoted(text.bytes[...]))\(message)")
    }

    private func mismatch(_ value: ArraySlice<UInt8>, _ part: ArraySlice<UInt8>) -> TemplateError {
        problem(
            " as \(timeQuoted(layout.bytes[...])): cannot parse \(timeQuoted(value)) as "
                + timeQuoted(part))
    }

    /// Takes the literal text between elements; a space stands for any number of them.
    private mutating func skip(_ literal: ArraySlice<UInt8>) -> Bool {
        let space = UInt8(ascii: " ")
        var literal = literal
        while let byte = literal.first {
            if byte == space {
                if let next = rest.first, next != space { return false }
                literal = literal.drop { $0 == space }
                rest = rest.drop { $0 == space }
            } else {
                guard rest.first == byte else { return false }
                literal = literal.dropFirst()
                rest = rest.dropFirst()
            }
        }
        return true
    }

    private mutating func read(_ element: TimeLayout.Element) throws(Fault) {
        switch element {
        case .longYear:
            guard let first = rest.first, isDigit(first) else { throw .form }
            time.year = try takeInteger(digits: 4)
        case .year:
            let year = try takeInteger(digits: 2)
            time.year = year >= 69 ? year + 1900 : year + 2000
        case .longMonth: month = try takeName(monthNames) + 1
        case .month: month = try takeName(monthNames.map { String($0.prefix(3)) }) + 1
        case .numericMonth, .zeroMonth:
            month = try takeNumber(isFixed: element == .zeroMonth, 1...12, "month")
        case .longWeekday: _ = try takeName(weekdayNames)
        case .weekday: _ = try takeName(weekdayNames.map { String($0.prefix(3)) })
        case .day, .zeroDay: day = try takeNumber(isFixed: element == .zeroDay)
        case .spaceDay:
            takeSpaces(1)
            day = try takeNumber(isFixed: false)
        case .spaceYearDay, .zeroYearDay: try readDayOfYear(isFixed: element == .zeroYearDay)
        case .hour: time.hour = try takeNumber(isFixed: false, 0...23, "hour")
        case .hour12, .zeroHour12:
            time.hour = try takeNumber(isFixed: element == .zeroHour12, 0...12, "hour")
        case .minute, .zeroMinute:
            time.minute = try takeNumber(isFixed: element == .zeroMinute, 0...59, "minute")
        case .second, .zeroSecond:
            time.second = try takeNumber(isFixed: element == .zeroSecond, 0...59, "second")
        case .largePM: try readHalfDay("AM", "PM")
        case .smallPM: try readHalfDay("am", "pm")
        case .zoneName: try readZoneName()
        case .offset(let form, let zIsUTC): try readOffset(form, zIsUTC)
        case .fraction(let digits, _, true):
            guard rest.count > digits else { throw .form }
            try readFraction(digits)
        case .fraction(_, _, false):
            guard startsWithFraction else { return }
            try readFraction(rest.dropFirst().prefix(while: isDigit).count)
        }
    }

    /// Seconds may have a fraction in the text that the layout does not mention.
    private mutating func readUnaskedFraction(before next: TimeLayout.Element?) throws(Fault) {
        if case .fraction? = next { return }
        guard startsWithFraction else { return }
        try readFraction(rest.dropFirst().prefix(while: isDigit).count)
    }

    private var startsWithFraction: Bool {
        guard rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") else {
            return false
        }
        return rest.dropFirst().first.map(isDigit) ?? false
    }

    /// A point or comma, and so many digits of which nine count.
    private mutating func readFraction(_ digits: Int) throws(Fault) {
        guard rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") else {
            throw .form
        }
        var value: Int32 = 0
        for place in 0..<9 {
            var digit: UInt8 = 0
            if place < digits {
                let byte = rest[rest.startIndex + 1 + place]
                guard isDigit(byte) else { throw .form }
                digit = byte - UInt8(ascii: "0")
            }
            value = value * 10 + Int32(digit)
        }
        nanoseconds = value
        rest = rest.dropFirst(1 + digits)
    }

    private mutating func readDayOfYear(isFixed: Bool) throws(Fault) {
        if !isFixed { takeSpaces(2) }
        let digits = rest.prefix(3).prefix(while: isDigit)
        guard !digits.isEmpty, !isFixed || digits.count == 3 else { throw .form }
        dayOfYear = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        rest = rest.dropFirst(digits.count)
    }

    private mutating func readHalfDay(_ morning: String, _ afternoon: String) throws(Fault) {
        if rest.starts(with: afternoon.utf8) {
            isAfternoon = true
        } else if rest.starts(with: morning.utf8) {
            isAfternoon = false
        } else {
            throw .form
        }
        rest = rest.dropFirst(2)
    }

    private mutating func readOffset(
        _ form: TimeLayout.OffsetForm, _ zIsUTC: Bool
    ) throws(Fault) {
        if zIsUTC, rest.first == UInt8(ascii: "Z") {
            rest = rest.dropFirst()
            isUTC = true
            return
        }
        guard let sign = rest.first else { throw .form }
        rest = rest.dropFirst()
        let isColon = form == .colon || form == .colonSeconds
        let count = form == .short ? 1 : form == .plain || form == .colon ? 2 : 3
        var parts = [0, 0, 0]
        for place in 0..<count {
            if place > 0, isColon {
                guard rest.first == UInt8(ascii: ":") else { throw .form }
                rest = rest.dropFirst()
            }
            parts[place] = try takeNumber(isFixed: true)
        }
        // Some people write offsets of 24 hours.
        if parts[0] > 24 { throw .range("time zone offset hour") }
        if parts[1] > 60 { throw .range("time zone offset minute") }
        if parts[2] > 60 { throw .range("time zone offset second") }
        let offset = (parts[0] * 60 + parts[1]) * 60 + parts[2]
        switch sign {
        case UInt8(ascii: "+"): offsetSeconds = offset
        case UInt8(ascii: "-"): offsetSeconds = -offset
        default: throw .form
        }
    }

    private mutating func readZoneName() throws(Fault) {
        if rest.starts(with: "UTC".utf8) {
            rest = rest.dropFirst(3)
            isUTC = true
            return
        }
        guard let length = zoneNameLength(rest) else { throw .form }
        zoneName = String(decoding: rest.prefix(length), as: UTF8.self)
        rest = rest.dropFirst(length)
    }
}

// MARK: Pieces

extension TimeParser {
    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private mutating func takeSpaces(_ count: Int) {
        for _ in 0..<count where rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
    }

    /// Exactly so many bytes, of which the first may be a sign.
    private mutating func takeInteger(digits: Int) throws(Fault) -> Int {
        guard rest.count >= digits else { throw .form }
        let read = readInteger(Array(rest.prefix(digits)))
        guard read.fault == nil else { throw .form }
        rest = rest.dropFirst(digits)
        return Int(read.value)
    }

    /// One or two digits, or exactly two.
    private mutating func takeNumber(isFixed: Bool) throws(Fault) -> Int {
        let digits = rest.prefix(2).prefix(while: isDigit)
        guard !digits.isEmpty, !isFixed || digits.count == 2 else { throw .form }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private mutating func takeNumber(
        isFixed: Bool, _ range: ClosedRange<Int>, _ name: String
    ) throws(Fault) -> Int {
        let number = try takeNumber(isFixed: isFixed)
        guard range.contains(number) else { throw .range(name) }
        return number
    }

    /// The place of the name that the text begins with, in any case.
    private mutating func takeName(_ names: [String]) throws(Fault) -> Int {
        for (place, name) in names.enumerated() {
            let text = rest.prefix(name.utf8.count)
            let isSame = text.elementsEqual(name.utf8) { $0 | 0x20 == $1 | 0x20 }
            if isSame {
                rest = rest.dropFirst(text.count)
                return place
            }
        }
        throw .form
    }

    /// Settles month and day, of which the layout may give the day of the year instead.
    private mutating func settleDay() throws(TemplateError) {
        if isAfternoon == true, time.hour < 12 { time.hour += 12 }
        if isAfternoon == false, time.hour == 12 { time.hour = 0 }
        if let dayOfYear {
            let days = CivilTime.isLeap(time.year) ? 366 : 365
            guard (1...days).contains(dayOfYear) else {
                throw problem(": day-of-year out of range")
            }
            var (month, day) = (1, dayOfYear)
            while day > CivilTime.daysIn(month: month, year: time.year) {
                day -= CivilTime.daysIn(month: month, year: time.year)
                month += 1
            }
            if let given = self.month, given != month {
                throw problem(": day-of-year does not match month")
            }
            if let given = self.day, given != day {
                throw problem(": day-of-year does not match day")
            }
            (self.month, self.day) = (month, day)
        }
        time.month = month ?? 1
        time.day = day ?? 1
        guard (1...CivilTime.daysIn(month: time.month, year: time.year)).contains(time.day) else {
            throw problem(": day out of range")
        }
    }

    private func result(_ zone: TimeZoneRules) -> GoTime {
        let local = time.localSeconds
        func at(_ offset: Int, _ zone: TimeZoneRules) -> GoTime {
            GoTime(
                instant: Instant(seconds: local - Int64(offset), nanoseconds: nanoseconds),
                zone: zone)
        }
        if isUTC { return at(0, .utc) }
        if let offset = offsetSeconds {
            let period = zone.period(at: local - Int64(offset))
            let isLocal =
                period.offsetSeconds == offset
                && (zoneName == nil || zoneName == period.abbreviation)
            return at(
                offset, isLocal ? zone : .fixed(zoneName ?? "", offsetSeconds: offset))
        }
        if let zoneName {
            if let offset = zone.offset(of: zoneName, at: local) { return at(offset, zone) }
            var offset = 0
            if zoneName.hasPrefix("GMT") {
                offset = Int(readInteger(Array(zoneName.utf8.dropFirst(3))).value) * 3600
            }
            return at(offset, .fixed(zoneName, offsetSeconds: offset))
        }
        // A guess with the offset that holds at the time as if it were UTC, corrected once.
        let guess = zone.period(at: local).offsetSeconds
        return at(zone.period(at: local - Int64(guess)).offsetSeconds, zone)
    }
}

/// How many bytes look like the abbreviation of a zone; nil when they do not.
///
/// Source: https://github.com/golang/go/blob/master/src/time/format.go, parseTimeZone
private func zoneNameLength(_ text: ArraySlice<UInt8>) -> Int? {
    guard text.count >= 3, let first = text.first else { return nil }
    if text.starts(with: "ChST".utf8) || text.starts(with: "MeST".utf8) { return 4 }
    if text.starts(with: "GMT".utf8) { return 3 + signedOffsetLength(text.dropFirst(3)) }
    if first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
        let length = signedOffsetLength(text)
        return length > 0 ? length : nil
    }
    let capitals = text.prefix(6).prefix { (0x41...0x5A).contains($0) }
    switch capitals.count {
    case 3: return 3
    case 4: return capitals.last == 0x54 || capitals.elementsEqual("WITA".utf8) ? 4 : nil
    case 5: return capitals.last == 0x54 ? 5 : nil
    default: return nil
    }
}

private func signedOffsetLength(_ text: ArraySlice<UInt8>) -> Int {
    guard text.first == UInt8(ascii: "+") || text.first == UInt8(ascii: "-") else { return 0 }
    let digits = text.dropFirst().prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty, let hours = Int(String(decoding: digits, as: UTF8.self)), hours <= 23
    else { return 0 }
    return 1 + digits.count
}
