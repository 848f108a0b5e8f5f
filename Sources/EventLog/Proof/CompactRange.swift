public import Digests

/// All that a tree must remember to grow: the roots of its perfect subtrees, the largest first.
///
/// They stand for the ones of the binary form of `size`, so there are at most 63. Appending a leaf is
/// counting up: each carry joins two subtrees of one size.
///
/// Source: https://github.com/transparency-dev/merkle/blob/main/docs/compact_ranges.md
public struct CompactRange: Equatable, Sendable {
    public private(set) var size: Int64
    private var roots: [Digest]

    public init() {
        size = 0
        roots = []
    }

    /// Reads the range of a tree of `size` leaves back from its nodes.
    ///
    /// - Precondition: `size` is not negative.
    public init<Failure: Error>(
        size: Int64, node: (NodeAddress) throws(Failure) -> Digest
    ) throws(Failure) {
        self.size = size
        var roots: [Digest] = []
        for address in Subtree(whole: size).perfectParts { roots.append(try node(address)) }
        self.roots = roots
    }

    /// Adds a leaf.
    ///
    /// - Returns: The nodes that are final from now on: the leaf, then each subtree that it completes.
    public mutating func append(_ leaf: Digest) -> [TreeNode] {
        var hash = leaf
        var level = 0
        var nodes = [TreeNode(NodeAddress(level: 0, number: size), leaf)]
        while size >> Int64(level) & 1 == 1 {
            hash = TreeHash.node(roots.removeLast(), hash)
            level += 1
            nodes.append(TreeNode(NodeAddress(level: level, number: size >> Int64(level)), hash))
        }
        roots.append(hash)
        size += 1
        return nodes
    }

    /// The root of the whole tree: the perfect subtrees, joined from the right.
    public var root: Digest { TreeHash.joined(roots) }
}

extension TreeHash {
    /// The root over perfect subtrees that stand side by side, each smaller than the one before.
    static func joined(_ roots: [Digest]) -> Digest {
        guard var hash = roots.last else { return empty }
        for left in roots.dropLast().reversed() { hash = node(left, hash) }
        return hash
    }
}
