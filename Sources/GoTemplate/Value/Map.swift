/// A Go map with strings as keys: shared by everybody who holds it, and changed in place.
///
/// Everything that walks through a map does so in the order of its keys.
public final class Map {
    /// `map[string]interface {}`, `map[string]string`, or a name such as `common.Values`.
    public let type: GoType
    /// Whether this is the nil map: it has no entries, and takes none.
    public let isNil: Bool
    /// Methods that a named type has, by name; their first parameter is the map.
    public let methods: [ByteString: Function]
    /// Whether the values are interfaces, which hold values of any type.
    let isBoxing: Bool
    /// Bit b is set when the first byte of a method's name is b modulo 64: most names need no look-up.
    private let methodStarts: UInt64

    private var table = MapTable()

    public init(
        type: GoType = .anyMap, isNil: Bool = false, methods: [ByteString: Function] = [:]
    ) {
        self.type = type
        self.isNil = isNil
        self.methods = methods
        methodStarts = methods.keys.reduce(0) { $0 | Map.bit(of: $1) }
        isBoxing = if case .map(let element) = type.underlying { element == .any } else { true }
    }

    public convenience init(_ entries: [(ByteString, Value)], type: GoType = .anyMap) {
        self.init(type: type)
        for (key, value) in entries { self[key] = value }
    }

    /// The same entries under a type with another name; what is in the values is shared.
    public convenience init(_ other: Map, as type: GoType, methods: [ByteString: Function] = [:]) {
        self.init(type: type, isNil: other.isNil, methods: methods)
        table = other.table
    }

    deinit { releaseFlat(takeValues()) }

    public var count: Int { table.keys.count }

    /// The method of a name, which goes before an entry with that key.
    func method(_ name: ByteString) -> Function? {
        methodStarts & Map.bit(of: name) == 0 ? nil : methods[name]
    }

    private static func bit(of name: ByteString) -> UInt64 {
        name.bytes.first.map { 1 << UInt64($0 & 63) } ?? 0
    }

    /// The type of the values.
    public var elementType: GoType {
        if case .map(let element) = type.underlying { element } else { .any }
    }

    /// The value of a key; nil when it is not there, `Value.none` when it is there without one.
    ///
    /// Setting nil takes the key away.
    ///
    /// - Precondition: nothing is set in the nil map.
    public subscript(key: ByteString) -> Value? {
        get { table[key] }
        set {
            precondition(!isNil, "the nil map takes no entries")
            table[key] = newValue
        }
    }

    /// All keys, in order of their bytes.
    public var sortedKeys: [ByteString] { table.sortedEntries().map(\.key) }

    /// All entries as they are now, in the order of keys.
    public var sortedEntries: [(key: ByteString, value: Value)] { table.sortedEntries() }

    /// Another map with the same entries; the values are shared.
    public func copy() -> Map {
        let copy = Map(type: type, isNil: isNil, methods: methods)
        copy.table = table
        return copy
    }

    /// Takes the values out, for the one who lets go of the map.
    func takeValues() -> [Value] {
        var taken = MapTable()
        swap(&taken, &table)
        return taken.values
    }
}

/// The entries of a map as they came, with an index once there are many.
private struct MapTable {
    private(set) var keys: [ByteString] = []
    private(set) var values: [Value] = []
    /// Where each key stands; used from `indexedCount` entries on.
    private var index: [ByteString: Int] = [:]
    /// Places in the order of keys; nil when keys came or went since it was made.
    private var order: [Int]?

    /// From here on a look-up by hash is faster than comparing every key.
    private static let indexedCount = 9

    subscript(key: ByteString) -> Value? {
        get { place(of: key).map { values[$0] } }
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?): values[place] = value
            case (let place?, nil): remove(at: place)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    mutating func sortedEntries() -> [(key: ByteString, value: Value)] {
        let places = order ?? keys.indices.sorted { keys[$0] < keys[$1] }
        order = places
        return places.map { (keys[$0], values[$0]) }
    }

    private func place(of key: ByteString) -> Int? {
        guard keys.count < Self.indexedCount else { return index[key] }
        for place in keys.indices where keys[place].bytes == key.bytes { return place }
        return nil
    }

    private mutating func append(_ key: ByteString, _ value: Value) {
        keys.append(key)
        values.append(value)
        order = nil
        if keys.count == Self.indexedCount {
            for (place, key) in keys.enumerated() { index[key] = place }
        } else if keys.count > Self.indexedCount {
            index[key] = keys.count - 1
        }
    }

    private mutating func remove(at place: Int) {
        order = nil
        let isIndexed = keys.count >= Self.indexedCount
        if isIndexed { index[keys[place]] = nil }
        let last = keys.count - 1
        if place != last {
            keys[place] = keys[last]
            values[place] = values[last]
            if isIndexed { index[keys[place]] = place }
        }
        keys.removeLast()
        values.removeLast()
        if keys.count < Self.indexedCount { index = [:] }
    }
}
