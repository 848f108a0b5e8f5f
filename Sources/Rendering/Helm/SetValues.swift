internal import GoTemplate
internal import Model
internal import YAML

/// Reads `--set` and its kin: `a.b=1,list[0].c=x,names={a,b}`, into a table.
///
/// A backslash takes the meaning of the next character away.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/strvals/parser.go
struct SetValues {
    /// What a value is once it was read as text.
    enum Kind {
        /// `true`, `false`, `null`, integers without leading zero; everything else stays text.
        case typed
        case text
        /// JSON, which ends where it ends and not at a comma.
        case json
        /// The name of a file, whose content is the value.
        case file((String) throws(ChartError) -> [UInt8])
    }

    private let kind: Kind
    private var rest: ArraySlice<Unicode.Scalar>

    static func parse(_ text: String, as kind: Kind, into values: Map) throws(ChartError) {
        var reader = SetValues(kind: kind, rest: Array(text.unicodeScalars)[...])
        while true {
            do throws(Stop) {
                try reader.key(values, depth: 0)
            } catch {
                switch error {
                case .end: return
                case .error(let message): throw ChartError(message)
                }
            }
        }
    }

    private enum Stop: Error {
        /// The text is used up.
        case end
        case error(String)
    }

    /// The largest index of a list, and how deep keys nest: parser.go, MaxIndex and MaxNestedNameLevel.
    private static let indexMax = 65_536
    private static let depthMax = 30
    /// Ours: Helm takes any number.
    private static let listDepthMax = 500

    private mutating func key(_ values: Map, depth: Int) throws(Stop) {
        let (name, end) = until("=[,.")
        guard let end else {
            throw name.isEmpty ? .end : .error("key \(goQuoted(name)) has no value")
        }
        let key = ByteString(name)
        switch end {
        case "[":
            let index = try index()
            var list: [Value] = []
            if let known = values[key] {
                guard case .list(let elements) = known else {
                    throw panicked(known, wanted: "[]interface {}")
                }
                list = elements.elements
            }
            let failure = failing { (reader: inout SetValues) throws(Stop) in
                try reader.item(&list, index, depth: depth)
            }
            Self.set(values, key, .list(list))
            if let failure { throw failure }
        case "=": try assign(depth) { (value: Value) throws(Stop) in Self.set(values, key, value) }
        case ",":
            Self.set(values, key, .string(""))
            throw .error("key \(goQuoted(name)) has no value (cannot end with ,)")
        default: try inner(values, key, name, depth: depth + 1)
        }
    }

    private mutating func inner(_ values: Map, _ key: ByteString, _ name: String, depth: Int)
        throws(Stop)
    {
        guard depth <= Self.depthMax else {
            throw .error(
                "value name nested level is greater than maximum supported nested level of "
                    + "\(Self.depthMax)")
        }
        var table = Map()
        if let known = values[key] {
            guard let found = known.table else {
                throw panicked(known, wanted: "map[string]interface {}")
            }
            table = found
        }
        let failure = failing { (reader: inout SetValues) throws(Stop) in
            try reader.key(table, depth: depth)
        }
        if failure == nil, table.count == 0 {
            throw .error("key map \(goQuoted(name)) has no value")
        }
        if table.count > 0 { Self.set(values, key, .map(table)) }
        if let failure { throw failure }
    }

    /// Reads the value after `=` and hands it on.
    private mutating func assign(
        _ depth: Int, _ use: (Value) throws(Stop) -> Void
    ) throws(Stop) {
        if case .json = kind {
            if skipEmpty() { return try use(.none) }
            let value = try json()
            try use(value)
            _ = skipEmpty()
            return
        }
        guard let first = rest.first else {
            try use(.string(""))
            throw .end
        }
        if first == "{" {
            rest.removeFirst()
            return try use(try list())
        }
        let (text, _) = until(",")
        try use(try value(of: text))
    }

    private mutating func list() throws(Stop) -> Value {
        var elements: [Value] = []
        while true {
            let (text, end) = until(",}")
            guard let end else { throw .error("list must terminate with '}'") }
            elements.append(try value(of: text))
            if end == "}" {
                if rest.first == "," { rest.removeFirst() }
                return .list(elements)
            }
        }
    }

    private mutating func item(_ list: inout [Value], _ index: Int, depth: Int) throws(Stop) {
        guard depth <= Self.listDepthMax else {
            throw .error("lists lie within lists more than \(Self.listDepthMax) deep")
        }
        guard index >= 0 else { throw .error("negative \(index) index not allowed") }
        let (text, end) = until("[.=")
        guard text.isEmpty else {
            throw .error("unexpected data at end of array index: \(goQuoted(text))")
        }
        guard let end else { throw .end }
        let there = index < list.count ? list[index] : .none
        switch end {
        case "=":
            var made: Value?
            let failure = failing { (reader: inout SetValues) throws(Stop) in
                try reader.assign(depth) { (value: Value) throws(Stop) in made = value }
            }
            if let made { try put(made, in: &list, at: index) }
            if let failure { throw failure }
        case "[":
            let next = try self.index()
            var inner: [Value] = []
            if case .list(let known) = there {
                inner = known.elements
            } else if !there.isNone {
                throw panicked(there, wanted: "[]interface {}")
            }
            try item(&inner, next, depth: depth + 1)
            try put(.list(inner), in: &list, at: index)
        default:
            let table = there.table ?? Map()
            if index < list.count { list[index] = .map(table) }
            try key(table, depth: depth)
            try put(.map(table), in: &list, at: index)
        }
    }

    private func put(_ value: Value, in list: inout [Value], at index: Int) throws(Stop) {
        guard index <= Self.indexMax else {
            throw .error(
                "index of \(index) is greater than maximum supported index of \(Self.indexMax)")
        }
        while list.count <= index { list.append(.none) }
        list[index] = value
    }

    // MARK: - Texts

    /// What stands before the next of some characters, which is taken too; no end at the end of the text.
    private mutating func until(_ ends: String) -> (text: String, end: Unicode.Scalar?) {
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if ends.unicodeScalars.contains(scalar) { return (String(text), scalar) }
            if scalar == "\\" {
                guard let escaped = rest.popFirst() else { break }
                text.append(escaped)
            } else {
                text.append(scalar)
            }
        }
        return (String(text), nil)
    }

    private mutating func index() throws(Stop) -> Int {
        let (text, end) = until("]")
        guard end != nil else { throw .error("error parsing index: EOF") }
        guard let index = Int(text) else {
            throw .error(
                "error parsing index: strconv.Atoi: parsing \(goQuoted(text)): invalid syntax")
        }
        return index
    }

    /// Passes over blanks up to a comma, which is taken; whether there was no value.
    private mutating func skipEmpty() -> Bool {
        while let scalar = rest.first {
            if scalar == "," {
                rest.removeFirst()
                return true
            }
            guard scalar.properties.isWhitespace else { return false }
            rest.removeFirst()
        }
        return true
    }

    private mutating func json() throws(Stop) -> Value {
        let length = jsonLength
        var text = String.UnicodeScalarView()
        text.append(contentsOf: rest.prefix(length))
        guard let node = try? parseJSON(Array(String(text).utf8)) else {
            throw .error("no JSON value at \(goQuoted(String(text)))")
        }
        rest = rest.dropFirst(length)
        return Value(node)
    }

    /// How far the value that begins here reaches: to the end of its brackets or quotes, or to a comma.
    private var jsonLength: Int {
        var depth = 0
        var isQuoted = false
        var isEscaped = false
        for (length, scalar) in rest.enumerated() {
            if isQuoted {
                if isEscaped {
                    isEscaped = false
                } else if scalar == "\\" {
                    isEscaped = true
                } else if scalar == "\"" {
                    isQuoted = false
                    if depth == 0 { return length + 1 }
                }
                continue
            }
            switch scalar {
            case "\"": isQuoted = true
            case "[", "{": depth += 1
            case "]", "}":
                depth -= 1
                if depth <= 0 { return length + 1 }
            case "," where depth == 0: return length
            default: continue
            }
        }
        return rest.count
    }

    private func value(of text: String) throws(Stop) -> Value {
        switch kind {
        case .text: return .string(text)
        case .file(let read):
            do {
                return .string(ByteString(try read(text)))
            } catch {
                throw .error(error.message)
            }
        case .typed, .json: return Self.typed(text)
        }
    }

    static func typed(_ text: String) -> Value {
        switch text.lowercased() {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .none
        case "0": return .int64(0)
        default: break
        }
        if text.first != "0", let number = Int64(text) { return .int64(number) }
        return .string(text)
    }

    // MARK: - Failures

    /// Runs a part that may fail, so that what was read before it is kept.
    private mutating func failing(_ body: (inout SetValues) throws(Stop) -> Void) -> Stop? {
        do throws(Stop) {
            try body(&self)
            return nil
        } catch {
            return error
        }
    }

    private func panicked(_ value: Value, wanted: String) -> Stop {
        let found = value.type.map { "\($0)" } ?? "nil"
        return .error(
            "unable to parse key: interface conversion: interface {} is \(found), not \(wanted)")
    }

    private static func set(_ values: Map, _ key: ByteString, _ value: Value) {
        if !key.isEmpty { values[key] = value }
    }
}

private func goQuoted(_ text: String) -> String { quoted(ByteString(text)).description }
