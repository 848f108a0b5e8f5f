/// Leaves that have a hash of their own within every tree that holds them.
///
/// The first stands at a multiple of the least power of two that is not less than their number. A whole
/// tree is one, and so are both halves into which RFC 6962 splits one.
///
/// Source: https://datatracker.ietf.org/doc/html/draft-ietf-plants-merkle-tree-certs#name-subtrees
public struct Subtree: Hashable, Sendable, CustomStringConvertible {
    public let start: Int64
    /// After the last leaf.
    public let end: Int64

    /// The leaves from `start` up to `end`; `nil` when those are no subtree.
    public init?(start: Int64, end: Int64) {
        guard start >= 0, start <= end else { return nil }
        let count = end - start
        guard count == 0 || start == 0 || start % Self.powerOfTwo(atLeast: count) == 0 else {
            return nil
        }
        self.start = start
        self.end = end
    }

    /// All the leaves of a tree.
    public init(whole size: Int64) {
        precondition(size >= 0, "a tree has no negative size")
        start = 0
        end = size
    }

    private init(checked start: Int64, _ end: Int64) {
        self.start = start
        self.end = end
    }

    /// `[4, 7)`.
    public var description: String { "[\(start), \(end))" }

    public var count: Int64 { end - start }
    public var isEmpty: Bool { start == end }

    public func contains(_ index: Int64) -> Bool { start <= index && index < end }

    /// The split of RFC 6962: the left half has the largest power of two that is less than the count.
    ///
    /// - Precondition: There are at least two leaves.
    var halves: (left: Subtree, right: Subtree) {
        precondition(count > 1, "one leaf has no halves")
        let middle = start + 1 << Int64(63 - (count - 1).leadingZeroBitCount)
        return (Subtree(checked: start, middle), Subtree(checked: middle, end))
    }

    /// What remains after the left half of a larger subtree was taken away.
    func from(_ middle: Int64) -> Subtree { Subtree(checked: middle, end) }

    /// The perfect subtrees it is made of, the largest first.
    var perfectParts: [NodeAddress] {
        var parts: [NodeAddress] = []
        var offset = start
        for level in stride(from: 62, through: 0, by: -1) where count >> Int64(level) & 1 == 1 {
            parts.append(NodeAddress(level: level, number: offset >> Int64(level)))
            offset += 1 << Int64(level)
        }
        return parts
    }

    private static func powerOfTwo(atLeast count: Int64) -> Int64 {
        // Beyond 2^62 no other start than 0 is a multiple.
        count > 1 << 62 ? .max : count <= 1 ? 1 : 1 << Int64(64 - (count - 1).leadingZeroBitCount)
    }
}
