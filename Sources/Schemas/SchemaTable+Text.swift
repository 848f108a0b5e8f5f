internal import Model

/// Reads the text format that tools/generate-schemas writes and describes.
struct SchemaTableReader {
    private var bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var types: [SchemaTable.Definition] = []
    /// Anonymous types by their text, so that `[s]a` exists once.
    private var shared: [String: Int] = [:]

    static func read(_ text: StaticString) -> [SchemaTable.Definition] {
        text.withUTF8Buffer { bytes in
            var reader = SchemaTableReader(bytes)
            reader.readAll()
            return reader.types
        }
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        let lines = bytes.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) } + 1
        types = Array(repeating: .scalar(.any), count: lines)
    }

    private mutating func readAll() {
        var line = 0
        while position < bytes.count {
            types[line] = readLine()
            position += 1
            line += 1
        }
    }

    private var current: UInt8 { position < bytes.count ? bytes[position] : UInt8(ascii: "\n") }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private mutating func word(until ends: StaticString) -> String {
        let start = position
        while position < bytes.count, current != UInt8(ascii: "\n"), !isOne(current, of: ends) {
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private func isOne(_ byte: UInt8, of set: StaticString) -> Bool {
        set.withUTF8Buffer { $0.contains(byte) }
    }

    private mutating func readLine() -> SchemaTable.Definition {
        let name = word(until: "|")
        _ = take("|")
        if take("o") {
            return .object(
                SchemaTable.Object(name: name, values: anonymous("j", .scalar(.any))))
        }
        var object = SchemaTable.Object(name: name, isAtomic: take("a"))
        while take("|") {
            let name = word(until: ":")
            _ = take(":")
            let field = readField()
            object.fields[name] = field
            object.order.append(name)
            if let zero = field.attributes.zero { object.zeros.append((name, zero)) }
        }
        return .object(object)
    }

    private mutating func readField() -> SchemaTable.Field {
        let type = readType()
        var attributes = SchemaType.Attributes(isRequired: false)
        var isStruct = false
        var isPresent = false
        while true {
            if take("!") {
                attributes.isRequired = true
            } else if take("*") {
                isStruct = true
            } else if take("0") {
                isPresent = true
            } else if take("~") {
                attributes.patch = .init(mergeKey: word(until: "|="), retainsKeys: false)
            } else if take("^") {
                attributes.patch = .init(mergeKey: word(until: "|="), retainsKeys: true)
            } else if take("%") {
                attributes.patch = .init(mergeKey: nil, retainsKeys: true)
                _ = word(until: "|=")
            } else if take("=") {
                attributes.defaultValue = Self.literal(word(until: "|"))
            } else {
                break
            }
        }
        if isStruct {
            attributes.zero = [:]
        } else if attributes.isRequired || isPresent {
            attributes.zero = zero(of: type)
        }
        return SchemaTable.Field(type: type, attributes: attributes)
    }

    private func zero(of type: Int) -> Node {
        guard type < types.count, case .scalar(let scalar) = types[type] else { return .null }
        switch scalar {
        case .string: return ""
        case .integer: return 0
        case .number: return .double(0)
        case .boolean: return false
        case .quantity: return "0"
        case .intOrString: return 0
        case .bytes, .time, .microTime, .any: return .null
        }
    }

    private static func literal(_ text: String) -> Node {
        if let number = Int64(text) { return .int(number) }
        return text == "true" ? true : text == "false" ? false : .string(text)
    }

    private mutating func anonymous(_ text: String, _ definition: SchemaTable.Definition) -> Int {
        if let known = shared[text] { return known }
        types.append(definition)
        shared[text] = types.count - 1
        return types.count - 1
    }

    private mutating func readType() -> Int {
        let start = position
        func text(_ end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }
        switch current {
        case UInt8(ascii: "#"):
            position += 1
            var number = 0
            while case UInt8(ascii: "0")...UInt8(ascii: "9") = current {
                number = number * 10 + Int(current - UInt8(ascii: "0"))
                position += 1
            }
            return number
        case UInt8(ascii: "["):
            position += 1
            let element = readType()
            _ = take("]")
            var kind = SchemaType.ListKind.atomic
            if take("S") {
                kind = .set
            } else if take("m") {
                _ = take("(")
                let keys = word(until: ")").split(separator: ",").map(String.init)
                _ = take(")")
                kind = .map(keys: keys)
            } else {
                _ = take("a")
            }
            return anonymous(text(position), .list(element: element, kind: kind))
        case UInt8(ascii: "{"):
            position += 1
            let values = readType()
            _ = take("}")
            let object = SchemaTable.Object(values: values, isAtomic: take("a"))
            return anonymous(text(position), .object(object))
        default:
            let letter = current
            position += 1
            if letter == UInt8(ascii: "o") {
                let any = anonymous("j", .scalar(.any))
                return anonymous("o", .object(SchemaTable.Object(values: any)))
            }
            return anonymous(text(position), .scalar(Self.scalar(letter)))
        }
    }

    private static func scalar(_ letter: UInt8) -> SchemaType.Scalar {
        switch letter {
        case UInt8(ascii: "s"): .string
        case UInt8(ascii: "i"): .integer
        case UInt8(ascii: "n"): .number
        case UInt8(ascii: "b"): .boolean
        case UInt8(ascii: "y"): .bytes
        case UInt8(ascii: "t"): .time
        case UInt8(ascii: "u"): .microTime
        case UInt8(ascii: "q"): .quantity
        case UInt8(ascii: "x"): .intOrString
        default: .any
        }
    }
}
