/// Reads TOML 1.0 into values as BurntSushi/toml does for Helm: integers are int64, tables maps.
///
/// Of mistakes the first is reported, in the words of that library where they can be told apart.
///
/// Source: https://toml.io/en/v1.0.0
struct TOMLReader {
    let bytes: [UInt8]
    var place = 0
    /// The key whose value is being read; said in errors.
    private var lastKey: [ByteString] = []
    private let root = Map()
    /// Where plain keys go, and the path to it.
    private var table: Map
    private var tablePath: [ByteString] = []
    /// Tables that have had a header of their own.
    private var defined: Set<ObjectIdentifier> = []
    private var depth = 0

    /// Lists and inline tables within one another.
    static let maximumDepth = 1_000

    static func read(_ text: ByteString) throws(TemplateError) -> Map {
        guard String(validating: text.bytes, as: UTF8.self) != nil else {
            throw TemplateError("toml: files must be valid UTF-8")
        }
        var reader = TOMLReader(text.bytes)
        try reader.readAll()
        return reader.root
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        table = root
    }

    var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    func starts(with text: String) -> Bool { bytes[place...].starts(with: text.utf8) }

    /// An error with the line, and the key when a value is being read.
    func problem(_ message: String) -> TemplateError {
        let line = bytes[..<min(place, bytes.count)].lazy.filter { $0 == 0x0A }.count + 1
        let key = lastKey.joined(by: ".")
        let context = lastKey.isEmpty ? "" : " (last key \"\(key)\")"
        return TemplateError("toml: line \(line)\(context): \(message)")
    }

    /// The character at the place, as errors name it.
    var found: String {
        guard let byte = next else { return "'\\x00'" }
        var text: [UInt8] = []
        let scalar = decodedScalar(bytes, at: place)?.scalar ?? Unicode.Scalar(byte)
        appendQuotedCharacter(scalar, isASCII: false, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    mutating func skipSpaces() { while next == 0x20 || next == 0x09 { place += 1 } }

    mutating func skipComment() {
        guard next == UInt8(ascii: "#") else { return }
        while let byte = next, byte != 0x0A { place += 1 }
    }

    /// Spaces, line ends and comments.
    mutating func skipBlank() {
        while let byte = next {
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            case UInt8(ascii: "#"): skipComment()
            default: return
            }
        }
    }

    private mutating func readAll() throws(TemplateError) {
        skipBlank()
        while next != nil {
            if next == UInt8(ascii: "[") {
                try readHeader()
            } else {
                let path = try readKey()
                lastKey = tablePath + path
                try set(path, to: try readValue(), in: table)
            }
            lastKey = []
            skipSpaces()
            skipComment()
            guard next == nil || next == 0x0A || next == 0x0D else {
                throw problem(
                    "expected a top-level item to end with a newline, comment, or EOF, but got "
                        + "\(found) instead")
            }
            skipBlank()
        }
    }

    // MARK: Keys

    /// `a."b c".d`, and the equals sign behind it.
    mutating func readKey() throws(TemplateError) -> [ByteString] {
        let path = try readPath(end: "=")
        guard next == UInt8(ascii: "=") else {
            throw problem(
                next == nil
                    ? "unexpected EOF; expected key separator '='"
                    : "expected '.' or '=', but got \(found) instead")
        }
        place += 1
        return path
    }

    private mutating func readPath(end: Character) throws(TemplateError) -> [ByteString] {
        var path: [ByteString] = []
        while true {
            skipSpaces()
            switch next {
            case UInt8(ascii: "\""): path.append(try readBasicString())
            case UInt8(ascii: "'"): path.append(try readLiteralString())
            default:
                let name = bytes[place...].prefix {
                    isURLLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                }
                if name.isEmpty { throw emptyKey(end) }
                place += name.count
                path.append(ByteString(name))
            }
            skipSpaces()
            guard next == UInt8(ascii: ".") else { return path }
            place += 1
        }
    }

    /// What is said where a name should stand.
    private func emptyKey(_ end: Character) -> TemplateError {
        if end == "]" {
            return problem("unexpected end of table name (table names cannot be empty)")
        }
        switch next {
        case UInt8(ascii: "="): return problem("unexpected '=': key name appears blank")
        case UInt8(ascii: "."): return problem("unexpected '.'")
        default: return problem("expected '.' or '=', but got \(found) instead")
        }
    }

    /// `[a.b]` or `[[a.b]]`.
    private mutating func readHeader() throws(TemplateError) {
        place += 1
        let isArray = next == UInt8(ascii: "[")
        if isArray { place += 1 }
        let path = try readPath(end: "]")
        guard next == UInt8(ascii: "]") else {
            throw problem("expected '.' or ']' to end table name, but got \(found) instead")
        }
        place += 1
        if isArray {
            guard next == UInt8(ascii: "]") else {
                throw problem(
                    "expected end of table array name delimiter ']', but got \(found) instead")
            }
            place += 1
        }
        tablePath = path
        let parent = try innerMap(path.dropLast(), of: root)
        guard let name = path.last else { return }
        table = isArray ? try appendTable(name, path, parent) : try openTable(name, path, parent)
    }

    private mutating func openTable(
        _ name: ByteString, _ path: [ByteString], _ parent: Map
    ) throws(TemplateError) -> Map {
        guard let present = parent[name] else {
            let map = Map()
            parent[name] = .map(map)
            defined.insert(ObjectIdentifier(map))
            return map
        }
        guard case .map(let map) = present, defined.insert(ObjectIdentifier(map)).inserted else {
            throw redefined(path)
        }
        return map
    }

    private mutating func appendTable(
        _ name: ByteString, _ path: [ByteString], _ parent: Map
    ) throws(TemplateError) -> Map {
        let map = Map()
        defined.insert(ObjectIdentifier(map))
        var tables: [Value] = []
        if case .list(let list)? = parent[name] {
            guard list.elementType == .anyMap else { throw redefined(path) }
            tables = list.elements
        } else if parent[name] != nil {
            throw redefined(path)
        }
        parent[name] = .list(List(tables + [.map(map)], of: .anyMap))
        return map
    }

    private func redefined(_ path: [ByteString]) -> TemplateError {
        problem("Key '\(path.joined(by: "."))' has already been defined.")
    }

    /// The map at a path, made where it is not there; of an array of tables its last.
    private func innerMap(
        _ path: ArraySlice<ByteString>, of map: Map
    ) throws(TemplateError) -> Map {
        var map = map
        for (place, name) in path.enumerated() {
            switch map[name] {
            case nil:
                let inner = Map()
                map[name] = .map(inner)
                map = inner
            case .map(let inner)?: map = inner
            case .list(let list)?:
                guard list.count > 0, case .map(let inner) = list[list.count - 1] else {
                    throw redefined(Array(path.prefix(place + 1)))
                }
                map = inner
            default: throw redefined(Array(path.prefix(place + 1)))
            }
        }
        return map
    }

    func set(_ path: [ByteString], to value: Value, in map: Map) throws(TemplateError) {
        guard let name = path.last else { return }
        let parent = try innerMap(path.dropLast(), of: map)
        guard parent[name] == nil else { throw redefined(tablePath + path) }
        parent[name] = value
    }

    // MARK: Collections

    mutating func readArray() throws(TemplateError) -> Value {
        try enter()
        defer { depth -= 1 }
        place += 1
        var elements: [Value] = []
        while true {
            skipBlank()
            if next == UInt8(ascii: "]") { break }
            elements.append(try readValue())
            skipBlank()
            if next == UInt8(ascii: ",") {
                place += 1
            } else if next != UInt8(ascii: "]") {
                let end = next == nil ? "end of file" : found
                throw problem(
                    "expected a comma (',') or array terminator (']'), but got \(end)")
            }
        }
        place += 1
        return .list(elements)
    }

    mutating func readInlineTable() throws(TemplateError) -> Value {
        try enter()
        let outer = lastKey
        defer {
            depth -= 1
            lastKey = outer
        }
        place += 1
        let map = Map()
        while true {
            skipBlank()
            if next == UInt8(ascii: "}") { break }
            let path = try readKey()
            lastKey = outer + path
            try set(path, to: try readValue(), in: map)
            skipBlank()
            if next == UInt8(ascii: ",") {
                place += 1
            } else if next != UInt8(ascii: "}") {
                let end = next == nil ? "end of file" : found
                throw problem(
                    "expected a comma or an inline table terminator '}', but got \(end) instead")
            }
        }
        place += 1
        return .map(map)
    }

    private mutating func enter() throws(TemplateError) {
        depth += 1
        if depth > Self.maximumDepth { throw problem("values nest too deeply") }
    }
}
