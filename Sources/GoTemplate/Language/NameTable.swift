/// The names of a text, each once, numbered as they come.
struct NameTable {
    private(set) var names: [ByteString] = []
    /// Numbers by hash, -1 where there is none; as many as a power of two, at least twice the names.
    private var slots: [Int32] = Array(repeating: -1, count: 128)

    /// The number of the name that stands in `source` at `range`.
    mutating func number(of range: Range<Int>, in source: [UInt8]) -> Int32 {
        var slot = firstSlot(range, source)
        while case let number = slots[slot], number >= 0 {
            if isEqual(names[Int(number)].bytes, range, source) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        names.append(ByteString(source[range]))
        let number = Int32(names.count - 1)
        slots[slot] = number
        if names.count * 2 > slots.count { grow() }
        return number
    }

    mutating func number(of name: ByteString) -> Int32 {
        number(of: 0..<name.count, in: name.bytes)
    }

    /// FNV-1a; whoever writes a template can make its own parse slow and nothing else.
    ///
    /// http://www.isthe.com/chongo/tech/comp/fnv
    private func firstSlot(_ range: Range<Int>, _ source: [UInt8]) -> Int {
        var hash: UInt32 = 2_166_136_261
        for place in range { hash = (hash ^ UInt32(source[place])) &* 16_777_619 }
        return Int(hash ^ hash >> 15) & (slots.count - 1)
    }

    private func isEqual(_ name: [UInt8], _ range: Range<Int>, _ source: [UInt8]) -> Bool {
        guard name.count == range.count else { return false }
        for offset in 0..<name.count where name[offset] != source[range.lowerBound + offset] {
            return false
        }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (number, name) in names.enumerated() {
            var slot = firstSlot(0..<name.count, name.bytes)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }
}
