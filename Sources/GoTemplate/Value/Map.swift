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
    let hasMethods: Bool

    private var keys: [ByteString] = []
    private var values: [Value] = []
    /// Where each key stands; used from `Map.indexedCount` entries on.
    private var index: [ByteString: Int] = [:]
    /// Places in the order of keys; nil when keys came or went since it was made.
    private var order: [Int]?

    /// From here on a look-up by hash is faster than comparing every key.
    private static let indexedCount = 9

    public init(
        type: GoType = .anyMap, isNil: Bool = false, methods: [ByteString: Function] = [:]
    ) {
        self.type = type
        self.isNil = isNil
        self.methods = methods
        hasMethods = !methods.isEmpty
        isBoxing = if case .map(let element) = type.underlying { element == .any } else { true }
    }

    public convenience init(_ entries: [(ByteString, Value)], type: GoType = .anyMap) {
        self.init(type: type)
        for (key, value) in entries { self[key] = value }
    }

    public var count: Int { keys.count }

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
        get { place(of: key).map { values[$0] } }
        set {
            precondition(!isNil, "the nil map takes no entries")
            switch (place(of: key), newValue) {
            case (let place?, let value?): values[place] = value
            case (let place?, nil): remove(at: place)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// All keys, in order of their bytes.
    public var sortedKeys: [ByteString] { sortedPlaces().map { keys[$0] } }

    /// All entries as they are now, in the order of keys.
    public var sortedEntries: [(key: ByteString, value: Value)] {
        sortedPlaces().map { (keys[$0], values[$0]) }
    }

    /// Another map with the same entries; the values are shared.
    public func copy() -> Map {
        let copy = Map(type: type, isNil: isNil, methods: methods)
        copy.keys = keys
        copy.values = values
        copy.index = index
        copy.order = order
        return copy
    }

    private func place(of key: ByteString) -> Int? {
        if keys.count < Map.indexedCount { return keys.firstIndex(of: key) }
        return index[key]
    }

    private func append(_ key: ByteString, _ value: Value) {
        keys.append(key)
        values.append(value)
        order = nil
        if keys.count == Map.indexedCount {
            for (place, key) in keys.enumerated() { index[key] = place }
        } else if keys.count > Map.indexedCount {
            index[key] = keys.count - 1
        }
    }

    private func remove(at place: Int) {
        order = nil
        let isIndexed = keys.count >= Map.indexedCount
        if isIndexed { index[keys[place]] = nil }
        let last = keys.count - 1
        if place != last {
            keys[place] = keys[last]
            values[place] = values[last]
            if isIndexed { index[keys[place]] = place }
        }
        keys.removeLast()
        values.removeLast()
        if keys.count < Map.indexedCount { index = [:] }
    }

    private func sortedPlaces() -> [Int] {
        if let order { return order }
        let sorted = keys.indices.sorted { keys[$0] < keys[$1] }
        order = sorted
        return sorted
    }
}
