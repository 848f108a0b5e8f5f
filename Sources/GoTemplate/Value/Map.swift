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

    // Nothing calls back while one of these is read or changed, so that accesses need not be watched.
    @exclusivity(unchecked) private var table = ByteTable<Value>()
    /// The map whose entries these are, where this is that map under another type; it is no such view itself.
    @exclusivity(unchecked) private var viewed: Map?

    public init(
        type: GoType = .anyMap, isNil: Bool = false, methods: [ByteString: Function] = [:],
        capacity: Int = 0
    ) {
        self.type = type
        self.isNil = isNil
        self.methods = methods
        methodStarts =
            methods.isEmpty ? 0 : methods.keys.reduce(0) { $0 | Map.bit(of: $1) }
        if capacity > 0 { table.reserveCapacity(capacity) }
        isBoxing = if case .map(let element) = type.underlying { element == .any } else { true }
    }

    public convenience init(_ entries: [(ByteString, Value)], type: GoType = .anyMap) {
        self.init(type: type, capacity: entries.count)
        for (key, value) in entries { self[key] = value }
    }

    /// Keys that many maps have, looked at once for all of them.
    public struct Keys: Sendable {
        fileprivate let table: ByteTable<Bool>

        /// - Parameter names: Each once.
        public init(_ names: [ByteString]) {
            var table = ByteTable<Bool>()
            for name in names { table[name] = true }
            _ = table.sortedEntries()
            self.table = table
        }
    }

    /// - Parameter values: One for each key, in their order.
    public convenience init(_ keys: Keys, _ values: [Value], type: GoType = .anyMap) {
        self.init(type: type)
        table = ByteTable(keysOf: keys.table, values)
    }

    /// The same map under another type, as after a conversion in Go: what is set in one is set in the other.
    public convenience init(_ other: Map, as type: GoType, methods: [ByteString: Function] = [:]) {
        self.init(type: type, isNil: other.isNil, methods: methods)
        viewed = other.viewed ?? other
    }

    deinit {
        guard viewed != nil || table.contains(where: \.isContainer) else { return }
        var releasing = Releasing()
        giveContainers(to: &releasing)
        releasing.finish()
    }

    /// Gives up the lists and maps that are held, for the one who lets go of this map.
    func giveContainers(to releasing: inout Releasing) {
        if let viewed {
            releasing.add(viewed)
            self.viewed = nil
        }
        table.changeValues { releasing.take(&$0) }
    }

    /// The same for a map and for what it is under other types.
    public var identity: ObjectIdentifier { ObjectIdentifier(viewed ?? self) }

    public var count: Int { (viewed ?? self).table.count }

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
        get {
            if let viewed { return viewed.table[key] }
            return table[key]
        }
        set {
            precondition(!isNil, "the nil map takes no entries")
            if let viewed { viewed.table[key] = newValue } else { table[key] = newValue }
        }
    }

    /// All keys, in order of their bytes.
    public var sortedKeys: [ByteString] { sortedEntries.map(\.key) }

    /// All entries as they are now, in the order of keys.
    public var sortedEntries: [(key: ByteString, value: Value)] {
        (viewed ?? self).table.sortedEntries()
    }

    /// All entries as they are now, for those to whom the order makes no difference.
    public var entries: [(key: ByteString, value: Value)] { (viewed ?? self).table.allEntries }

    /// Another map with the same entries; the values are shared.
    public func copy() -> Map {
        let copy = Map(type: type, isNil: isNil, methods: methods)
        copy.table = (viewed ?? self).table
        return copy
    }

    /// Another map, each of its values made from the one that is here.
    public func mapValues(_ transform: (Value) -> Value) -> Map {
        let copy = copy()
        copy.table.changeValues { $0 = transform($0) }
        return copy
    }
}
