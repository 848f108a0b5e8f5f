internal import Model

/// Values that were read before: equal ones share their storage.
///
/// A ledger names the same commits, streams and objects over and over. One that is met again is neither
/// checked nor allocated anew, and rows that hold it hold one copy. Each slot keeps the value that came
/// last, so the pool is bounded.
@usableFromInline
struct ValuePool: Sendable {
    /// The one who acted last, with the bytes that say so.
    struct KnownActor: Sendable {
        var bytes: [UInt8]
        var actor: Actor

        func isBegun(by text: Span<UInt8>) -> Bool {
            text.count >= bytes.count
                && bytes.span.hasSameBytes(as: text.extracting(first: bytes.count))
        }
    }

    private var texts = Slots("")
    private var keys = Slots(KnownKey())
    private(set) var actor: KnownActor?
    private let sharesValues: Bool

    /// An object key, and the text that it was read from.
    private struct KnownKey: Sendable {
        var text = ""
        var key = ObjectKey(group: "", kind: "", namespace: "", name: "")
    }

    /// A power of two of places: few at first, and up to 2^15 as long as most of what is read is new.
    private struct Slots<Value: Sendable>: Sendable {
        private let none: Value
        private var values: [Value] = []
        private var misses = 0

        init(_ none: Value) { self.none = none }

        func slot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (values.count - 1) }

        subscript(slot: Int) -> Value {
            _read { yield values[slot] }
            _modify { yield &values[slot] }
        }

        mutating func open() { values = [Value](repeating: none, count: 1 << 7) }

        mutating func noteMiss() {
            misses += 1
            guard misses > values.count, values.count < 1 << 15 else { return }
            values = [Value](repeating: none, count: values.count * 16)
            misses = 0
        }
    }

    init() { self.init(sharesValues: false) }

    init(sharesValues: Bool) {
        self.sharesValues = sharesValues
        guard sharesValues else { return }
        texts.open()
        keys.open()
    }

    mutating func remember(_ actor: Actor, _ bytes: ArraySlice<UInt8>) {
        guard sharesValues else { return }
        self.actor = KnownActor(bytes: Array(bytes), actor: actor)
    }

    /// The text of a part of `bytes`; `nil` when that is not UTF-8.
    mutating func text(_ bytes: [UInt8], _ range: Range<Int>) -> String? {
        let utf8 = bytes.span.extracting(range)
        guard sharesValues else { return String(checking: utf8) }
        let slot = texts.slot(Self.hash(utf8))
        if texts[slot].utf8.span.hasSameBytes(as: utf8) { return texts[slot] }
        guard let text = String(checking: utf8) else { return nil }
        texts[slot] = text
        texts.noteMiss()
        return text
    }

    /// The object key that a part of `bytes` is; `nil` when that is none.
    mutating func key(_ bytes: [UInt8], _ range: Range<Int>) -> ObjectKey? {
        guard sharesValues, !range.isEmpty else { return newKey(bytes, range) }
        let utf8 = bytes.span.extracting(range)
        let slot = keys.slot(Self.hash(utf8))
        if keys[slot].text.utf8.span.hasSameBytes(as: utf8) { return keys[slot].key }
        guard let text = String(checking: utf8), let key = newKey(bytes, range) else { return nil }
        keys[slot] = KnownKey(text: text, key: key)
        keys.noteMiss()
        return key
    }

    private mutating func newKey(_ bytes: [UInt8], _ range: Range<Int>) -> ObjectKey? {
        var parts = range
        func cut() -> Range<Int>? {
            guard let slash = bytes[parts].firstIndex(of: UInt8(ascii: "/")) else { return nil }
            defer { parts = slash + 1..<parts.upperBound }
            return parts.lowerBound..<slash
        }
        guard let group = cut(), let kind = cut(), let namespace = cut(), !kind.isEmpty,
            !parts.isEmpty, let group = text(bytes, group), let kind = text(bytes, kind),
            let namespace = text(bytes, namespace), let name = text(bytes, parts)
        else { return nil }
        return ObjectKey(group: group, kind: kind, namespace: namespace, name: name)
    }

    /// FNV-1a over words of eight bytes, the last of which may overlap the one before: it has to be quick, not
    /// to withstand anybody.
    ///
    /// Source: https://www.ietf.org/archive/id/draft-eastlake-fnv-21.html
    private static func hash(_ text: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(text.count)
        func add(_ word: UInt64) {
            hash = (hash ^ word) &* 0x100_0000_01b3
            hash ^= hash >> 29
        }
        guard text.count >= 8 else {
            for index in text.indices { add(UInt64(text[index])) }
            return hash ^ (hash >> 32)
        }
        var offset = 0
        while offset + 8 < text.count {
            add(text.word(at: offset))
            offset += 8
        }
        add(text.word(at: text.count - 8))
        return hash ^ (hash >> 32)
    }
}

extension Span<UInt8> {
    /// Eight bytes.
    fileprivate func word(at offset: Int) -> UInt64 {
        bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard count >= 8 else {
            for index in indices where self[index] != other[index] { return false }
            return true
        }
        var offset = 0
        while offset + 8 < count {
            guard word(at: offset) == other.word(at: offset) else { return false }
            offset += 8
        }
        return word(at: count - 8) == other.word(at: count - 8)
    }
}

extension String {
    /// `nil` when `utf8` is not UTF-8.
    init?(checking utf8: Span<UInt8>) {
        guard let checked = try? UTF8Span(validating: utf8) else { return nil }
        self.init(copying: checked)
    }
}
