/// Writes values as Go's package fmt does.
///
/// https://pkg.go.dev/fmt
struct Printer {
    var bytes: [UInt8] = []
    var flags = Flags()
    /// A bad verb is being explained; methods are not asked then.
    private var isExplaining = false
    /// Not all was written, since it is nested too deep, as a map within itself is.
    private(set) var isTooDeep = false
    /// Bytes, after which what is left of a value is not written.
    private let limit: Int

    private static let deepest = 1_000

    init(limit: Int) { self.limit = limit }

    /// Whether no more is written.
    var isFull: Bool { isTooDeep || bytes.count > limit }

    struct Flags {
        var width: Int?
        var precision: Int?
        var minus = false
        var plus = false
        var sharp = false
        var space = false
        var zero = false
        /// `%+v`, `%#v`: the sign stands for the verb then, not for numbers.
        var plusV = false
        var sharpV = false
    }

    /// Writes a value at the top, where nil is `<nil>` for `%v` and `%T` and wrong for other verbs.
    mutating func write(_ value: Value, verb: Verb) {
        if value.isNone {
            if verb == .v || verb == .type { pad("<nil>") } else { explain(verb, value) }
            return
        }
        if verb == .type {
            write(string: Array("\(value.type ?? .any)".utf8), verb: .s)
        } else if verb == .p {
            writePointer(value)
        } else if !writeText(of: value, verb: verb) {
            writePlain(value, verb: verb, depth: 0)
        }
    }

    private mutating func writePlain(_ value: Value, verb: Verb, depth: Int) {
        switch value {
        case .none: append(flags.sharpV ? "interface {}(nil)" : "<nil>")
        case .bool(let flag): verb == .t || verb == .v ? pad("\(flag)") : explain(verb, value)
        case .int(let number): write(signed: Int64(number), verb: verb, value)
        case .int64(let number): write(signed: number, verb: verb, value)
        case .uint8(let number): write(unsigned: UInt64(number), verb: verb, value)
        case .uint64(let number): write(unsigned: number, verb: verb, value)
        case .float64(let number): write(float: number, verb: verb, value)
        case .string(let text):
            if !write(string: text.bytes, verb: verb) { explain(verb, value) }
        case .list(let list): write(list, verb: verb, depth: depth)
        case .map(let map): write(map, verb: verb, depth: depth)
        case .object(let box): write(box.object, verb: verb, depth: depth, value)
        case .function: writePointer(value)
        }
    }

    /// Writes an element of a list or a map, or a field.
    private mutating func writeElement(_ value: Value, verb: Verb, depth: Int) {
        if depth >= Self.deepest { isTooDeep = true }
        if isFull { return }
        if !writeText(of: value, verb: verb) { writePlain(value, verb: verb, depth: depth) }
    }

    /// Writes what `String()` or `Error()` of the value gives, if it has one and the verb takes strings.
    private mutating func writeText(of value: Value, verb: Verb) -> Bool {
        guard case .object(let box) = value, !isExplaining, !flags.sharpV else { return false }
        switch verb {
        case .v, .s, .x, .upperX, .q:
            guard let text = box.object.text else { return false }
            return write(string: text.bytes, verb: verb)
        default: return false
        }
    }

    private mutating func write(_ list: List, verb: Verb, depth: Int) {
        if list.elementType == .uint8, let text = list.bytes,
            verb == .v && depth == 0 || verb.isText
        {
            write(byteList: text, verb: verb)
            return
        }
        if flags.sharpV {
            append("\(list.type)\(list.isNil ? "(nil)" : "{")")
            if list.isNil { return }
        } else {
            append("[")
        }
        for (place, element) in list.elements.enumerated() {
            if isFull { return }
            if place > 0 { append(flags.sharpV ? ", " : " ") }
            writeElement(element, verb: verb, depth: depth + 1)
        }
        append(flags.sharpV ? "}" : "]")
    }

    private mutating func write(byteList text: ByteString, verb: Verb) {
        if verb.isText {
            write(string: text.bytes, verb: verb)
        } else if flags.sharpV {
            append("[]byte{")
            for (place, byte) in text.bytes.enumerated() {
                if place > 0 { append(", ") }
                append("0x\(String(byte, radix: 16))")
            }
            append("}")
        } else {
            append("[")
            for (place, byte) in text.bytes.enumerated() {
                if place > 0 { append(" ") }
                write(unsigned: UInt64(byte), verb: .d, .uint8(byte))
            }
            append("]")
        }
    }

    private mutating func write(_ map: Map, verb: Verb, depth: Int) {
        if flags.sharpV {
            append("\(map.type)\(map.isNil ? "(nil)" : "{")")
            if map.isNil { return }
        } else {
            append("map[")
        }
        for (place, entry) in map.sortedEntries.enumerated() {
            if isFull { return }
            if place > 0 { append(flags.sharpV ? ", " : " ") }
            writePlain(.string(entry.key), verb: verb, depth: depth + 1)
            append(":")
            writeElement(entry.value, verb: verb, depth: depth + 1)
        }
        append(flags.sharpV ? "}" : "]")
    }

    private mutating func write(_ object: any Object, verb: Verb, depth: Int, _ value: Value) {
        if let plain = object.underlying {
            writePlain(plain, verb: verb, depth: depth)
            return
        }
        let name = "\(object.type)"
        let isPointer = name.utf8.first == UInt8(ascii: "*")
        guard !isPointer || depth == 0 else {
            writePointer(value)
            return
        }
        if isPointer { append("&") }
        if flags.sharpV { append(isPointer ? String(name.dropFirst()) : name) }
        append("{")
        for (place, field) in object.fieldNames.enumerated() {
            if place > 0 { append(flags.sharpV ? ", " : " ") }
            if flags.plusV || flags.sharpV {
                bytes += field.bytes
                append(":")
            }
            writeElement(object.field(field) ?? .none, verb: verb, depth: depth + 1)
        }
        append("}")
    }

    /// Writes an address: the same one always, since no two runs of Go print the same.
    private mutating func writePointer(_ value: Value) {
        switch value {
        case .list, .map, .function: pad("0xc000010000")
        case .object(let box) where "\(box.object.type)".utf8.first == UInt8(ascii: "*"):
            pad("0xc000010000")
        default: explain(.p, value)
        }
    }

    /// Says that the verb does not fit: `%!d(string=hi)`.
    mutating func explain(_ verb: Verb, _ value: Value) {
        isExplaining = true
        append("%!")
        appendUTF8(verb.scalar, to: &bytes)
        append("(")
        if let type = value.type {
            append("\(type)=")
            write(value, verb: .v)
        } else {
            append("<nil>")
        }
        append(")")
        isExplaining = false
    }

    mutating func append(_ text: String) { bytes += text.utf8 }
}

/// The letter that says how a value is written.
struct Verb: Equatable {
    var scalar: Unicode.Scalar

    static let v = Verb(scalar: "v")
    static let type = Verb(scalar: "T")
    static let p = Verb(scalar: "p")
    static let t = Verb(scalar: "t")
    static let d = Verb(scalar: "d")
    static let s = Verb(scalar: "s")
    static let q = Verb(scalar: "q")
    static let x = Verb(scalar: "x")
    static let upperX = Verb(scalar: "X")

    /// The verbs under which a list of bytes is a text.
    var isText: Bool { self == .s || self == .q || self == .x || self == .upperX }
}
