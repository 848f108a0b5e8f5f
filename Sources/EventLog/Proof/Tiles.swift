/// A stretch of one level of a tree, as a file: up to 256 hashes, or the entries under them.
///
/// Source: https://c2sp.org/tlog-tiles#merkle-tree
public struct Tile: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        /// The hashes of level 8 · `level` of the tree.
        case hashes(level: Int)
        case entries
    }

    public let content: Content
    /// From 0, within its level.
    public let index: Int64
    /// How many hashes or entries it has; 256 when it is full.
    public let width: Int

    public static let fullWidth = 256

    public init?(_ content: Content, index: Int64, width: Int = fullWidth) {
        if case .hashes(let level) = content, !(0...63).contains(level) { return nil }
        guard index >= 0, (1...Self.fullWidth).contains(width) else { return nil }
        self.content = content
        self.index = index
        self.width = width
    }

    /// Such as `tile/0/x001/x234/067`, `tile/entries/000.p/17`.
    public var path: String {
        var parts: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            let padded = String(repeating: "0", count: 3 - digits.utf8.count) + digits
            parts.append(parts.isEmpty ? padded : "x" + padded)
            rest /= 1000
        } while rest > 0
        let name =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        let full = (["tile", name] + parts.reversed()).joined(separator: "/")
        return width == Self.fullWidth ? full : "\(full).p/\(width)"
    }

    public init(path: String) throws(ProofError) {
        var parts = path.utf8.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false
        ).map { String(decoding: $0, as: UTF8.self) }[...]
        let tile = parts.popFirst()
        let content: Content? =
            switch parts.popFirst() {
            case "entries": .entries
            case let name: name.flatMap(Lines.decimal).map { .hashes(level: Int($0)) }
            }
        var width: Int64? = Int64(Self.fullWidth)
        if let last = parts.dropLast().last, last.utf8.suffix(2).elementsEqual(".p".utf8) {
            width = parts.popLast().flatMap(Lines.decimal)
            if width == Int64(Self.fullWidth) { width = nil }
            parts[parts.endIndex - 1] = String(decoding: last.utf8.dropLast(2), as: UTF8.self)
        }
        guard tile == "tile", let content, let index = Self.index(of: parts), let width,
            let read = Tile(content, index: index, width: Int(width))
        else { throw .malformed(.tile, reason: "\"\(path)\" is not tile/<level>/<index>") }
        // Spellings with needless groups of zeros are none.
        guard Lines.areSame(read.path, path) else {
            throw .malformed(.tile, reason: "\"\(path)\" is written \(read.path)")
        }
        self = read
    }

    private static func index(of groups: ArraySlice<String>) -> Int64? {
        var index: Int64 = 0
        for (offset, group) in groups.enumerated() {
            let isLast = offset == groups.count - 1
            guard isLast || group.utf8.first == UInt8(ascii: "x") else { return nil }
            let digits = isLast ? group.utf8[...] : group.utf8.dropFirst()
            guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            let number = digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
            let (product, overflow) = index.multipliedReportingOverflow(by: 1000)
            let (sum, overflow2) = product.addingReportingOverflow(number)
            guard !overflow, !overflow2 else { return nil }
            index = sum
        }
        return groups.isEmpty ? nil : index
    }

    /// Every tile of a tree of `size` leaves: full ones, then the partial one of each level.
    public static func all(ofTreeWith size: Int64) -> [Tile] {
        var tiles: [Tile] = []
        var (level, count) = (0, size)
        while count > 0 {
            tiles += row(.hashes(level: level), count)
            level += 1
            count /= Int64(fullWidth)
        }
        return tiles + row(.entries, size)
    }

    private static func row(_ content: Content, _ count: Int64) -> [Tile] {
        let full = count / Int64(fullWidth)
        let rest = Int(count % Int64(fullWidth))
        return (0..<full).compactMap { Tile(content, index: $0) }
            + [Tile(content, index: full, width: rest)].compactMap(\.self)
    }
}

/// Entries one after the other, each with its length in two bytes before it.
///
/// Source: https://c2sp.org/tlog-tiles#log-entries
public enum EntryBundle {
    /// - Precondition: No entry has more than 65,535 bytes.
    public static func encode(_ entries: [[UInt8]]) -> [UInt8] {
        entries.flatMap { entry in
            precondition(entry.count <= 0xFFFF, "an entry has at most 65,535 bytes")
            return bigEndianBytes(UInt16(entry.count)) + entry
        }
    }

    public static func decode(_ bytes: [UInt8]) throws(ProofError) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count: Int = bigEndian(rest.prefix(2))
            guard rest.count >= 2 + count else {
                throw .malformed(.bundle, reason: "it is cut off at entry \(entries.count + 1)")
            }
            guard entries.count < Tile.fullWidth else {
                throw .malformed(.bundle, reason: "it has more than \(Tile.fullWidth) entries")
            }
            entries.append(Array(rest.dropFirst(2).prefix(count)))
            rest = rest.dropFirst(2 + count)
        }
        return entries
    }
}
