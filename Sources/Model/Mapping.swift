/// The keys and values of a JSON object, in the order in which they were written.
///
/// Keys are unique. Equality and hashing do not depend on the order. Look-up is a linear scan up to
/// `indexThreshold` entries, which is the fastest for the small objects manifests are made of, and
/// uses an index beyond.
public struct Mapping: Sendable {
    public typealias Element = (key: String, value: Node)

    @usableFromInline static var indexThreshold: Int { 16 }

    @usableFromInline var entries: [Element]
    /// Position of each key; kept only beyond `indexThreshold` entries.
    @usableFromInline var index: [String: Int]?

    public init() {
        entries = []
        index = nil
    }

    /// The entries in order; of entries with the same key the last one wins, at the first one's place.
    public init(_ elements: [Element]) {
        self.init()
        entries.reserveCapacity(elements.count)
        for (key, value) in elements { self[key] = value }
    }

    /// For parsers that have already made sure that no key occurs twice.
    public init(uniqueKeys elements: [Element]) {
        entries = elements
        index = nil
        if elements.count > Self.indexThreshold { rebuildIndex() }
    }

    public subscript(key: String) -> Node? {
        get { position(of: key).map { entries[$0].value } }
        set {
            if let position = position(of: key) {
                if let newValue {
                    entries[position].value = newValue
                } else {
                    entries.remove(at: position)
                    rebuildIndex()
                }
            } else if let newValue {
                entries.append((key, newValue))
                if index != nil {
                    index?[key] = entries.count - 1
                } else if entries.count > Self.indexThreshold {
                    rebuildIndex()
                }
            }
        }
    }

    /// The value under `key`, changed in place; `nil` there means that there is none.
    public mutating func update<R>(_ key: String, _ body: (inout Node?) throws -> R) rethrows -> R {
        guard let position = position(of: key) else {
            var value: Node?
            defer { if let value { self[key] = value } }
            return try body(&value)
        }
        var value: Node? = entries[position].value
        entries[position].value = .null
        defer {
            if let value { entries[position].value = value } else { self[key] = nil }
        }
        return try body(&value)
    }

    public var keys: [String] { entries.map(\.key) }
    public var values: [Node] { entries.map(\.value) }

    /// The same entries in ascending order of the keys' UTF-8 bytes.
    public var sortedByKey: [Element] {
        entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    public func position(of key: String) -> Int? {
        if let index { return index[key] }
        return entries.firstIndex { $0.key == key }
    }

    private mutating func rebuildIndex() {
        guard entries.count > Self.indexThreshold else {
            index = nil
            return
        }
        index = Dictionary(
            uniqueKeysWithValues: entries.enumerated().map { ($0.element.key, $0.offset) })
    }
}

extension Mapping: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { entries.count }
    public subscript(position: Int) -> Element { entries[position] }
}

extension Mapping: Hashable {
    public static func == (a: Mapping, b: Mapping) -> Bool {
        guard a.entries.count == b.entries.count else { return false }
        for (position, entry) in a.entries.enumerated() {
            // Nearly always both sides have the same order.
            let other = b.entries[position]
            if other.key == entry.key {
                guard other.value == entry.value else { return false }
            } else {
                guard b[entry.key] == entry.value else { return false }
            }
        }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(entries.count)
        for entry in sortedByKey {
            hasher.combine(entry.key)
            hasher.combine(entry.value)
        }
    }
}
