public import Digests

/// Checks proofs that somebody else made: nothing about them is trusted.
///
/// Sources: https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2 (inclusion),
/// https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2 (consistency). Like
/// https://github.com/transparency-dev/merkle it refuses consistency with the empty tree, which would say
/// nothing, and every proof that has not exactly the length its sizes ask for.
public enum ProofVerification {
    /// Holds when `leaf` is the leaf `index` of the tree of `size` leaves with this root.
    public static func inclusion(
        of leaf: Digest, at index: Int64, in size: Int64, proof: [Digest], root: Digest
    ) throws(ProofError) {
        let computed = try self.root(ofLeaf: leaf, at: index, in: size, proof: proof)
        guard computed == root else {
            throw .rootMismatch(size: size, expected: root, computed: computed)
        }
    }

    /// The root that a proof leads to from a leaf.
    public static func root(
        ofLeaf leaf: Digest, at index: Int64, in size: Int64, proof: [Digest]
    ) throws(ProofError) -> Digest {
        guard index >= 0, index < size else { throw .indexBeyondTree(index: index, size: size) }
        try expectLength(inclusionLength(of: index, in: size), of: proof)
        var (number, last) = (index, size - 1)
        var hash = leaf
        for sibling in proof {
            if number & 1 == 1 || number == last {
                hash = TreeHash.node(sibling, hash)
                skipLevelsWithoutSibling(&number, &last)
            } else {
                hash = TreeHash.node(hash, sibling)
            }
            number >>= 1
            last >>= 1
        }
        return hash
    }

    /// Holds when the first `oldSize` leaves of the tree of `size` leaves have the root `oldRoot`.
    public static func consistency(
        from oldSize: Int64, _ oldRoot: Digest, to size: Int64, _ root: Digest, proof: [Digest]
    ) throws(ProofError) {
        guard oldSize > 0 else { throw .consistencyWithEmptyTree }
        guard oldSize <= size else { throw .shrunken(from: oldSize, to: size) }
        try expectLength(consistencyLength(from: oldSize, to: size), of: proof)
        if oldSize == size {
            guard oldRoot == root else {
                throw .rootMismatch(size: size, expected: root, computed: oldRoot)
            }
            return
        }
        var (number, last) = (oldSize - 1, size - 1)
        while number & 1 == 1 {
            number >>= 1
            last >>= 1
        }
        // A perfect old tree is the beginning of the path itself, so the proof leaves it out.
        var path = proof[...]
        let isPerfect = oldSize & (oldSize - 1) == 0
        let first = isPerfect ? oldRoot : path.removeFirst()
        var (oldHash, hash) = (first, first)
        for sibling in path {
            if number & 1 == 1 || number == last {
                oldHash = TreeHash.node(sibling, oldHash)
                hash = TreeHash.node(sibling, hash)
                skipLevelsWithoutSibling(&number, &last)
            } else {
                hash = TreeHash.node(hash, sibling)
            }
            number >>= 1
            last >>= 1
        }
        guard oldHash == oldRoot else {
            throw .rootMismatch(size: oldSize, expected: oldRoot, computed: oldHash)
        }
        guard hash == root else {
            throw .rootMismatch(size: size, expected: root, computed: hash)
        }
    }

    /// At the right edge a node may be the only child for several levels: it is its own parent there.
    private static func skipLevelsWithoutSibling(_ number: inout Int64, _ last: inout Int64) {
        while number & 1 == 0, number != 0 {
            number >>= 1
            last >>= 1
        }
    }

    private static func expectLength(_ length: Int, of proof: [Digest]) throws(ProofError) {
        guard proof.count == length else {
            throw .wrongLength(expected: length, found: proof.count)
        }
    }

    /// Below the level at which the paths of leaf and last leaf part, each level has a sibling; above it
    /// only those where the leaf's path is a right child.
    static func inclusionLength(of index: Int64, in size: Int64) -> Int {
        let inner = 64 - (index ^ (size - 1)).leadingZeroBitCount
        return inner + (index >> Int64(inner)).nonzeroBitCount
    }

    static func consistencyLength(from oldSize: Int64, to size: Int64) -> Int {
        if oldSize == size { return 0 }
        let perfect = oldSize.trailingZeroBitCount
        let start = oldSize == 1 << Int64(perfect) ? 0 : 1
        return start + inclusionLength(of: oldSize - 1, in: size) - perfect
    }
}
