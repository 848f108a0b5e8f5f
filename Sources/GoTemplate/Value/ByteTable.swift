/// Values by strings, with an index once there are many: what maps, templates and functions are looked up in.
struct ByteTable<Element> {
    fileprivate struct Entry {
        let key: ByteString
        var value: Element
        let hash: UInt32
    }

    private var entries: [Entry] = []
    /// Places of entries by the hash of their keys, -1 where there is none.
    ///
    /// As many as a power of two, at least twice the entries; none below `indexedCount`.
    private var slots: [Int32] = []
    /// Places in the order of keys; nil when keys came or went since it was made.
    private var order: [Int]?

    /// From here on a look-up by hash is faster than looking at every entry.
    private static var indexedCount: Int { 9 }

    init() {}

    /// The keys of another table with values of their own, which come in the order in which the keys did.
    init(keysOf other: ByteTable<some Any>, _ values: [Element]) {
        precondition(values.count == other.count, "there is a value for each key")
        entries.reserveCapacity(values.count)
        for (place, value) in values.enumerated() {
            let known = other.entries[place]
            entries.append(Entry(key: known.key, value: value, hash: known.hash))
        }
        slots = other.slots
        order = other.order
    }

    var count: Int { entries.count }
    var keys: [ByteString] { entries.map(\.key) }

    subscript(key: ByteString) -> Element? {
        get { key.bytes.withUnsafeBytes { value(of: $0) } }
        set {
            let hash = key.bytes.withUnsafeBytes { keyHash($0) }
            let place = key.bytes.withUnsafeBytes { self.place(of: $0, hash) }
            switch (place, newValue) {
            case (let place?, let value?): entries[place].value = value
            case (let place?, nil): remove(at: place)
            case (nil, let value?): append(Entry(key: key, value: value, hash: hash))
            case (nil, nil): break
            }
        }
    }

    /// The value of a key that need not be a string of its own.
    func value(of key: UnsafeRawBufferPointer) -> Element? {
        place(of: key, keyHash(key)).map { entries[$0].value }
    }

    mutating func reserveCapacity(_ count: Int) { entries.reserveCapacity(count) }

    func contains(where isWanted: (Element) -> Bool) -> Bool {
        entries.contains { isWanted($0.value) }
    }

    /// All entries, in no order that means anything.
    var allEntries: [(key: ByteString, value: Element)] { entries.map { ($0.key, $0.value) } }

    mutating func sortedEntries() -> [(key: ByteString, value: Element)] {
        let places = order ?? entries.indices.sorted { entries[$0].key < entries[$1].key }
        order = places
        return places.map { (entries[$0].key, entries[$0].value) }
    }

    mutating func changeValues(_ change: (inout Element) -> Void) {
        for place in entries.indices { change(&entries[place].value) }
    }

    // MARK: Places

    private func place(of key: UnsafeRawBufferPointer, _ hash: UInt32) -> Int? {
        if slots.isEmpty {
            for place in entries.indices where entries[place].hash == hash {
                if isEqual(entries[place].key.bytes, key) { return place }
            }
            return nil
        }
        var slot = home(hash)
        while case let place = Int(slots[slot]), place >= 0 {
            if entries[place].hash == hash, isEqual(entries[place].key.bytes, key) { return place }
            slot = next(slot)
        }
        return nil
    }

    private func home(_ hash: UInt32) -> Int { Int(hash) & (slots.count - 1) }

    private func next(_ slot: Int) -> Int { (slot + 1) & (slots.count - 1) }

    private mutating func append(_ entry: Entry) {
        entries.append(entry)
        order = nil
        guard entries.count >= Self.indexedCount else { return }
        if entries.count * 2 > slots.count {
            slots = Array(repeating: -1, count: max(slots.count * 2, 32))
            for place in entries.indices { occupy(place) }
        } else {
            occupy(entries.count - 1)
        }
    }

    private mutating func occupy(_ place: Int) {
        var slot = home(entries[place].hash)
        while slots[slot] >= 0 { slot = next(slot) }
        slots[slot] = Int32(place)
    }

    private mutating func remove(at place: Int) {
        order = nil
        let last = entries.count - 1
        if !slots.isEmpty {
            vacate(slot(of: place))
            if place != last { slots[slot(of: last)] = Int32(place) }
        }
        entries.swapAt(place, last)
        entries.removeLast()
        if entries.count < Self.indexedCount { slots = [] }
    }

    private func slot(of place: Int) -> Int {
        var slot = home(entries[place].hash)
        while slots[slot] != Int32(place) { slot = next(slot) }
        return slot
    }

    /// Empties a slot, and moves up what was put behind it for want of it.
    private mutating func vacate(_ slot: Int) {
        var hole = slot
        var slot = next(slot)
        while slots[slot] >= 0 {
            let home = home(entries[Int(slots[slot])].hash)
            let isBehind = (slot - home) & (slots.count - 1) >= (slot - hole) & (slots.count - 1)
            if isBehind {
                slots[hole] = slots[slot]
                hole = slot
            }
            slot = next(slot)
        }
        slots[hole] = -1
    }
}

/// Another one in every process, so that nobody can choose keys whose hashes are equal.
private let hashSeed = UInt64(truncatingIfNeeded: Hasher().finalize())

/// Eight bytes at a time, each folded in by a multiplication of 64 by 64 bits, as wyhash does.
///
/// https://github.com/wangyi-fudan/wyhash
private func keyHash(_ key: UnsafeRawBufferPointer) -> UInt32 {
    func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
    var hash = hashSeed ^ UInt64(truncatingIfNeeded: key.count)
    var place = 0
    while place + 8 <= key.count {
        let word = key.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        hash = folded(hash ^ word, 0x9E37_79B9_7F4A_7C15)
        place += 8
    }
    var rest: UInt64 = 0
    while place < key.count {
        rest = rest << 8 | UInt64(key[place])
        place += 1
    }
    hash = folded(hash ^ rest, 0xD6E8_FEB8_6659_FD93)
    return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
}

private func isEqual(_ known: [UInt8], _ key: UnsafeRawBufferPointer) -> Bool {
    known.count == key.count && known.withUnsafeBytes { commonPrefix($0, key) } == key.count
}

extension ByteTable: Sendable where Element: Sendable {}
extension ByteTable.Entry: Sendable where Element: Sendable {}
