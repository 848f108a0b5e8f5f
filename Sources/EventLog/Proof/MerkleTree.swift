public import Digests

/// A tree whose perfect subtrees can be read, and the proofs made from them.
///
/// It reads O(log² `size`) nodes for a proof and keeps none. `Failure` is what reading may throw.
///
/// Sources: https://www.rfc-editor.org/rfc/rfc6962#section-2.1.1 (inclusion),
/// https://www.rfc-editor.org/rfc/rfc6962#section-2.1.2 (consistency),
/// https://datatracker.ietf.org/doc/html/draft-ietf-plants-merkle-tree-certs#section-4 (subtrees)
public struct MerkleTree<Failure: Error> {
    public let size: Int64
    private let node: (NodeAddress) throws(Failure) -> Digest

    /// - Parameter node: The hash of a perfect subtree within the first `size` leaves.
    public init(size: Int64, node: @escaping (NodeAddress) throws(Failure) -> Digest) {
        precondition(size >= 0, "a tree has no negative size")
        self.size = size
        self.node = node
    }

    public func root() throws(Failure) -> Digest { try hash(of: Subtree(whole: size)) }

    /// - Precondition: The subtree lies within the tree.
    public func hash(of subtree: Subtree) throws(Failure) -> Digest {
        precondition(subtree.end <= size, "the subtree lies within the tree")
        var parts: [Digest] = []
        for address in subtree.perfectParts { parts.append(try node(address)) }
        return TreeHash.joined(parts)
    }

    /// What leads from a leaf to the root: its sibling first, the root's child last.
    ///
    /// - Precondition: `index` is a leaf of the tree.
    public func inclusionProof(of index: Int64) throws(Failure) -> [Digest] {
        try inclusionProof(of: index, in: Subtree(whole: size))
    }

    /// - Precondition: `index` lies in the subtree, and that within the tree.
    public func inclusionProof(
        of index: Int64, in subtree: Subtree
    ) throws(Failure) -> [Digest] {
        precondition(subtree.contains(index), "the leaf lies in the subtree")
        var siblings: [Digest] = []
        var rest = subtree
        while rest.count > 1 {
            let (left, right) = rest.halves
            let isLeft = left.contains(index)
            siblings.append(try hash(of: isLeft ? right : left))
            rest = isLeft ? left : right
        }
        return siblings.reversed()
    }

    /// That the first `oldSize` leaves are those of the tree that had that size.
    ///
    /// - Precondition: `oldSize` is from 0 to `size`. The proof from 0 is empty and proves nothing.
    public func consistencyProof(from oldSize: Int64) throws(Failure) -> [Digest] {
        try consistencyProof(of: Subtree(whole: oldSize))
    }

    /// That the tree holds a subtree of this hash.
    ///
    /// - Precondition: The subtree lies within the tree.
    public func consistencyProof(of subtree: Subtree) throws(Failure) -> [Digest] {
        precondition(subtree.end <= size, "the subtree lies within the tree")
        if subtree.isEmpty { return [] }
        var siblings: [Digest] = []
        var (part, rest) = (subtree, Subtree(whole: size))
        while part != rest {
            let (left, right) = rest.halves
            if part.end <= left.end {
                siblings.append(try hash(of: right))
                rest = left
            } else {
                siblings.append(try hash(of: left))
                rest = right
                // Without its beginning the verifier does not know the hash of what is left of it.
                if part.start < right.start { part = part.from(right.start) }
            }
        }
        if part != subtree { siblings.append(try hash(of: part)) }
        return siblings.reversed()
    }
}
