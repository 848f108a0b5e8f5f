/// The functions of Sprig 3.3 that Helm gives to templates, but for hashes and keys.
///
/// What Helm takes away for safety (`env`, `expandenv`) is not here, nor what needs cryptography.
///
/// Source: https://github.com/Masterminds/sprig/blob/v3.3.0/functions.go
public enum Sprig {
    /// What the functions take from outside, a part of a rendering's `Surroundings`.
    public struct Surroundings: Sendable {
        /// The time that `now` gives, and from which ages are counted.
        public var now: Instant { clock() }
        private let clock: @Sendable () -> Instant
        /// The zone of times that name none.
        public var localZone: TimeZoneRules
        /// The rules of a zone such as `Europe/Berlin`; nil when it is not known.
        public var zone: @Sendable (String) -> TimeZoneRules?
        /// Random bytes, which may depend on where the template asks.
        public var randomBytes: @Sendable (_ callSite: CallSite, _ count: Int) -> [UInt8]

        public init(
            now: @escaping @Sendable @autoclosure () -> Instant, localZone: TimeZoneRules = .utc,
            zone: @escaping @Sendable (String) -> TimeZoneRules? = { _ in nil },
            randomBytes: @escaping @Sendable (CallSite, Int) -> [UInt8]
        ) {
            clock = now
            self.localZone = localZone
            self.zone = zone
            self.randomBytes = randomBytes
        }
    }

    /// Those of dates and randomness need `Sprig.Surroundings`.
    public static let functions: [Function] =
        strings + stringLists + wordCases + math + lists + dictionaries + defaults + conversions
        + reflection + encodings + expressions + versions + urls + paths + dates + random
}

extension Execution {
    var sprig: Sprig.Surroundings {
        get throws(TemplateError) { try given(Sprig.Surroundings.self) }
    }

    /// The text of a value, as `toString` gives it.
    mutating func text(of value: Value) throws(TemplateError) -> ByteString {
        switch value {
        case .string(let text): return text
        case .list(let list) where list.elementType == .uint8: return list.bytes ?? ""
        default: return try printedText(of: value)
        }
    }

    /// The text of a value, as `%v` gives it.
    mutating func printedText(of value: Value) throws(TemplateError) -> ByteString {
        if case .string(let text) = value {
            try charge(bytes: text.count)
            return text
        }
        var printer = printer
        printer.write(value, verb: .v)
        return try self.text(of: printer)
    }

    /// A list's values as texts without nil; a single value is a list of one.
    mutating func texts(of value: Value) throws(TemplateError) -> [ByteString] {
        guard let list = value.asList else { return value.isNone ? [] : [try text(of: value)] }
        try charge(steps: list.count)
        var texts: [ByteString] = []
        for element in list.elements where !element.isNone {
            texts.append(try text(of: element))
        }
        return texts
    }
}
