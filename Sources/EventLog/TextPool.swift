/// Texts that were read before: equal ones share their storage.
///
/// A ledger names the same commits, streams and objects over and over. A text that is met again is neither
/// checked nor allocated anew, and rows that hold it hold one copy. Each slot keeps the text that came
/// last, so the pool never grows.
@usableFromInline
struct TextPool: Sendable {
    /// A power of two, or none when nothing is shared.
    private var slots: [String] = []

    init() {}

    init(sharesTexts: Bool) {
        if sharesTexts { slots = [String](repeating: "", count: 1 << 15) }
    }

    /// The text of a part of `bytes`; `nil` when that is not UTF-8.
    mutating func text(_ bytes: [UInt8], _ range: Range<Int>) -> String? {
        let utf8 = bytes.span.extracting(range)
        // Texts of up to fifteen bytes need no storage of their own.
        guard utf8.count > 15, !slots.isEmpty else { return String(checking: utf8) }
        let slot = Int(truncatingIfNeeded: Self.hash(utf8)) & (slots.count - 1)
        if slots[slot].utf8.span.hasSameBytes(as: utf8) { return slots[slot] }
        guard let text = String(checking: utf8) else { return nil }
        slots[slot] = text
        return text
    }

    /// FNV-1a over words of eight bytes, folded once: it has to be quick, not to withstand anybody.
    ///
    /// Source: https://www.ietf.org/archive/id/draft-eastlake-fnv-21.html
    private static func hash(_ text: Span<UInt8>) -> UInt64 {
        let bytes = text.bytes
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var offset = 0
        while offset + 8 <= bytes.byteCount {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            hash = (hash ^ word) &* 0x100_0000_01b3
            hash ^= hash >> 29
            offset += 8
        }
        while offset < bytes.byteCount {
            hash = (hash ^ UInt64(text[offset])) &* 0x100_0000_01b3
            offset += 1
        }
        return hash ^ (hash >> 32)
    }
}

extension Span<UInt8> {
    func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        let (mine, theirs) = (bytes, other.bytes)
        var offset = 0
        while offset + 8 <= count {
            let word = mine.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard word == theirs.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            else { return false }
            offset += 8
        }
        while offset < count {
            guard self[offset] == other[offset] else { return false }
            offset += 1
        }
        return true
    }
}

extension String {
    /// `nil` when `utf8` is not UTF-8.
    init?(checking utf8: Span<UInt8>) {
        guard let checked = try? UTF8Span(validating: utf8) else { return nil }
        self.init(copying: checked)
    }
}
