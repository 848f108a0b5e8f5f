extension Sprig {
    static let random: [Function] = [
        text("randAlphaNum", letters + digits, needsDigit: true), text("randAlpha", letters),
        text("randNumeric", digits),
        text("randAscii", Array(UInt8(ascii: " ")...UInt8(ascii: "~"))),
        Function(inContext: "randBytes") {
            (execution: inout Execution, count: Int) throws(TemplateError) in
            guard count >= 0 else {
                throw TemplateError("runtime error: makeslice: len out of range")
            }
            try execution.charge(bytes: count.multipliedOrMax(2))
            return ByteString(Base64.encode(try execution.randomBytes(count)))
        },
        Function(inContext: "randInt") {
            (execution: inout Execution, low: Int, high: Int) throws(TemplateError) in
            let (size, overflow) = high.subtractingReportingOverflow(low)
            guard !overflow, size > 0 else {
                throw TemplateError("invalid argument to Intn")
            }
            var dice = Dice(try execution.sprig, execution.callSite)
            return low + dice.roll(size)
        },
        Function(inContext: "shuffle") {
            (execution: inout Execution, text: ByteString) throws(TemplateError) in
            try execution.charge(steps: text.count)
            var scalars = text.scalars
            var dice = Dice(try execution.sprig, execution.callSite)
            for place in scalars.indices.dropFirst().reversed() {
                scalars.swapAt(place, dice.roll(place + 1))
            }
            return ByteString(scalars)
        },
        Function(inContext: "uuidv4") { (execution: inout Execution) throws(TemplateError) in
            uuid(try execution.randomBytes(16))
        },
    ]

    private static let digits = Array(UInt8(ascii: "0")...UInt8(ascii: "9"))
    private static let letters =
        Array(UInt8(ascii: "A")...UInt8(ascii: "Z")) + Array(UInt8(ascii: "a")...UInt8(ascii: "z"))

    private static func text(
        _ name: String, _ alphabet: [UInt8], needsDigit: Bool = false
    ) -> Function {
        Function(inContext: name) {
            (execution: inout Execution, count: Int) throws(TemplateError) in
            guard count > 0 else { return ByteString() }
            try execution.charge(bytes: count)
            var dice = Dice(try execution.sprig, execution.callSite)
            var bytes: [UInt8] = []
            for _ in 0..<count { bytes.append(alphabet[dice.roll(alphabet.count)]) }
            // Sprig sees to it that there is a digit.
            if needsDigit, !bytes.contains(where: digits.contains) {
                bytes[dice.roll(count)] = digits[dice.roll(digits.count)]
            }
            return ByteString(bytes)
        }
    }

    /// Version 4 of RFC 9562.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc9562#section-5.4
    private static func uuid(_ random: [UInt8]) -> ByteString {
        var bytes = random
        bytes += [UInt8](repeating: 0, count: max(0, 16 - bytes.count))
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var out: [UInt8] = []
        for (place, byte) in bytes.prefix(16).enumerated() {
            if [4, 6, 8, 10].contains(place) { out.append(UInt8(ascii: "-")) }
            out += [hexDigit(byte >> 4), hexDigit(byte & 15)]
        }
        return ByteString(out)
    }
}

extension Execution {
    fileprivate func randomBytes(_ count: Int) throws(TemplateError) -> [UInt8] {
        try sprig.randomBytes(callSite, count)
    }
}

/// Even random numbers out of random bytes.
private struct Dice {
    private let surroundings: Sprig.Surroundings
    private let callSite: CallSite
    private var bytes: [UInt8] = []

    init(_ surroundings: Sprig.Surroundings, _ callSite: CallSite) {
        self.surroundings = surroundings
        self.callSite = callSite
    }

    /// From 0 to below `sides`, which is positive.
    ///
    /// Of 64 random bits and at most 2^63 sides, the bias is too small to matter only for few sides; what
    /// would be biased is thrown away and rolled again.
    mutating func roll(_ sides: Int) -> Int {
        let size = UInt64(sides)
        let limit = UInt64.max - UInt64.max % size
        for _ in 0..<64 {
            let value = next()
            if value < limit { return Int(value % size) }
        }
        // A source that is no random one, such as all bits set.
        return 0
    }

    private mutating func next() -> UInt64 {
        if bytes.count < 8 { bytes = surroundings.randomBytes(callSite, 256) }
        defer { bytes.removeLast(min(8, bytes.count)) }
        return bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
