// What is nested deeper than 1,000 levels or longer than 16 MiB is cut off there. Functions of templates print no more
// than a rendering may still write, and then throw an error of kind `limit`.

private let mostBytes = 16 << 20

/// Values under a format, as `fmt.Sprintf` gives them.
///
/// What does not fit is explained in the text and is no error: `%!d(string=hi)`, `%!s(MISSING)`.
public func formatted(_ format: ByteString, _ values: [Value]) -> ByteString {
    ByteString(Printer(format, values, limit: mostBytes).bytes)
}

/// Values one after another, as `fmt.Sprint` gives them: a space between two that are both no strings.
public func printed(_ values: [Value]) -> ByteString {
    var printer = Printer(limit: mostBytes)
    printer.writeAll(values)
    return ByteString(printer.bytes)
}

/// Values with spaces between them and a line feed after, as `fmt.Sprintln` gives them.
public func printedLine(_ values: [Value]) -> ByteString {
    var printer = Printer(limit: mostBytes)
    printer.writeLine(values)
    return ByteString(printer.bytes)
}

extension Value {
    /// The value as `%v` writes it.
    public var printed: ByteString {
        if case .string(let text) = self { return text }
        var printer = Printer(limit: mostBytes)
        printer.write(self, verb: .v)
        return ByteString(printer.bytes)
    }
}

extension Printer {
    init(_ format: ByteString, _ values: [Value], limit: Int) {
        var reader = FormatReader(format: format.bytes, values: values, limit: limit)
        reader.run()
        self = reader.printer
    }

    mutating func writeLine(_ values: [Value]) {
        for (place, value) in values.enumerated() where !isFull {
            if place > 0 { append(" ") }
            write(value, verb: .v)
        }
        append("\n")
    }

    mutating func writeAll(_ values: [Value]) {
        var wasString = false
        for (place, value) in values.enumerated() where !isFull {
            let isString = value.asString != nil
            if place > 0, !isString, !wasString { append(" ") }
            write(value, verb: .v)
            wasString = isString
        }
    }
}

/// Reads a format, and writes the next value for each verb.
private struct FormatReader {
    let format: [UInt8]
    let values: [Value]
    private(set) var printer: Printer
    private var place = 0
    private var next = 0
    /// An index such as `[2]` was used, so values that are left over are no mistake.
    private var isReordered = false
    private var isGoodIndex = true

    /// Go takes no width or precision beyond this: fmt/print.go, tooLarge.
    private static let largest = 1_000_000

    init(format: [UInt8], values: [Value], limit: Int) {
        self.format = format
        self.values = values
        printer = Printer(limit: limit)
    }

    mutating func run() {
        while true {
            let start = place
            while place < format.count, format[place] != UInt8(ascii: "%") { place += 1 }
            printer.bytes += format[start..<place]
            guard place < format.count else { break }
            if printer.isFull { return }
            place += 1
            guard writeNext() else { break }
        }
        if !isReordered, next < values.count { writeExtra() }
    }

    /// Reads one verb with its flags and writes its value; false at the end of the format.
    private mutating func writeNext() -> Bool {
        isGoodIndex = true
        printer.flags = Printer.Flags()
        readFlags()
        var afterIndex = readIndex()
        readWidth(&afterIndex)
        readPrecision(&afterIndex)
        if !afterIndex { _ = readIndex() }
        guard place < format.count else {
            printer.append("%!(NOVERB)")
            return false
        }
        let decoded = decodedScalar(format, at: place) ?? ("\u{FFFD}", 1)
        place += decoded.length
        let verb = Verb(scalar: decoded.scalar)
        if verb.scalar == "%" {
            printer.append("%")
        } else if !isGoodIndex {
            printer.append("%!\(verb.scalar)(BADINDEX)")
        } else if next >= values.count {
            printer.append("%!\(verb.scalar)(MISSING)")
        } else {
            if verb == .v {
                printer.flags.sharpV = printer.flags.sharp
                printer.flags.plusV = printer.flags.plus
                printer.flags.sharp = false
                printer.flags.plus = false
            }
            printer.write(values[next], verb: verb)
            next += 1
        }
        return true
    }

    private mutating func readFlags() {
        while place < format.count {
            switch format[place] {
            case UInt8(ascii: "#"): printer.flags.sharp = true
            case UInt8(ascii: "0"): printer.flags.zero = true
            case UInt8(ascii: "+"): printer.flags.plus = true
            case UInt8(ascii: "-"): printer.flags.minus = true
            case UInt8(ascii: " "): printer.flags.space = true
            default: return
            }
            place += 1
        }
    }

    private mutating func readWidth(_ afterIndex: inout Bool) {
        if place < format.count, format[place] == UInt8(ascii: "*") {
            place += 1
            printer.flags.width = takeNumber()
            if let width = printer.flags.width {
                if width < 0 {
                    printer.flags.width = -width
                    printer.flags.minus = true
                }
            } else {
                printer.append("%!(BADWIDTH)")
            }
            afterIndex = false
        } else {
            printer.flags.width = readNumber()
            if afterIndex, printer.flags.width != nil { isGoodIndex = false }
        }
    }

    private mutating func readPrecision(_ afterIndex: inout Bool) {
        guard place < format.count, format[place] == UInt8(ascii: ".") else { return }
        place += 1
        if afterIndex { isGoodIndex = false }
        afterIndex = readIndex()
        if place < format.count, format[place] == UInt8(ascii: "*") {
            place += 1
            printer.flags.precision = takeNumber()
            if let precision = printer.flags.precision, precision < 0 {
                printer.flags.precision = nil
            }
            if printer.flags.precision == nil { printer.append("%!(BADPREC)") }
            afterIndex = false
        } else {
            printer.flags.precision = readNumber() ?? 0
        }
    }

    /// The number at this place; nil when there is none, or (with the format used up) one too large.
    private mutating func readNumber() -> Int? {
        var number: Int?
        while place < format.count, case let byte = format[place],
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        {
            guard (number ?? 0) <= Self.largest else {
                place = format.count
                return nil
            }
            number = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            place += 1
        }
        return number
    }

    /// The next value as a width or a precision.
    private mutating func takeNumber() -> Int? {
        guard next < values.count else { return nil }
        let number: Int?
        switch values[next].underlying {
        case .int(let value): number = value
        case .int64(let value): number = Int(value)
        case .uint8(let value): number = Int(value)
        case .uint64(let value): number = Int(exactly: value)
        default: number = nil
        }
        next += 1
        guard let number, number.magnitude <= Self.largest else { return nil }
        return number
    }

    /// Reads `[n]`, which says what value is next; true if there was one.
    private mutating func readIndex() -> Bool {
        guard place < format.count, format[place] == UInt8(ascii: "[") else { return false }
        isReordered = true
        guard format.count - place >= 3,
            let end = format[place...].firstIndex(of: UInt8(ascii: "]"))
        else {
            isGoodIndex = false
            place += 1
            return false
        }
        place += 1
        let number = place < end ? readNumber(before: end) : nil
        place = end + 1
        guard let number else {
            isGoodIndex = false
            return false
        }
        if number >= 1, number <= values.count { next = number - 1 } else { isGoodIndex = false }
        return true
    }

    private func readNumber(before end: Int) -> Int? {
        var number = 0
        for byte in format[place..<end] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), number <= Self.largest
            else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return number
    }

    /// `%!(EXTRA int=3, string=x)`.
    private mutating func writeExtra() {
        printer.flags = Printer.Flags()
        printer.append("%!(EXTRA ")
        for (place, value) in values[next...].enumerated() where !printer.isFull {
            if place > 0 { printer.append(", ") }
            if let type = value.type { printer.append("\(type)=") }
            printer.write(value, verb: .v)
        }
        printer.append(")")
    }
}
