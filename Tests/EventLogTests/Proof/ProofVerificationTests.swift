import Digests
import EventLog
import TestSupport
import Testing

@Suite("Proof verification")
struct ProofVerificationTests {
    private let tree = MemoryTree((0..<40).map { [UInt8($0), 7] })
    private let other = Digest(of: "another")

    private func leaf(_ index: Int) -> Digest { TreeHash.leaf([UInt8(index), 7]) }

    @Test func everyInclusionProofHoldsAndNoAlteredOne() throws {
        for size in 1...40 {
            for index in 0..<size {
                let proof = tree.at(size).inclusionProof(of: Int64(index))
                let inclusion = Inclusion(
                    leaf: leaf(index), index: Int64(index), size: Int64(size), proof: proof,
                    root: tree.roots[size])
                try inclusion.verify()
                for altered in inclusion.altered(other) {
                    #expect(throws: ProofError.self, "\(index) in \(size): \(altered)") {
                        try altered.verify()
                    }
                }
            }
        }
    }

    @Test func everyConsistencyProofHoldsAndNoAlteredOne() throws {
        for size in 1...40 {
            for old in 1...size {
                let proof = tree.at(size).consistencyProof(from: Int64(old))
                let consistency = Consistency(
                    old: Int64(old), oldRoot: tree.roots[old], size: Int64(size),
                    root: tree.roots[size], proof: proof)
                try consistency.verify()
                for altered in consistency.altered(other) {
                    #expect(throws: ProofError.self, "\(old) to \(size): \(altered)") {
                        try altered.verify()
                    }
                }
            }
        }
    }

    @Test func theRangeIsReadBackFromItsNodes() {
        for size in 0...40 {
            var range = CompactRange(size: Int64(size)) { tree.nodes[$0] ?? other }
            #expect(range.root == tree.roots[size])
            if size < 40 {
                _ = range.append(leaf(size))
                #expect(range.root == tree.roots[size + 1])
            }
        }
    }

    @Test func errorsSayWhatIsWrong() {
        func check(_ expected: String, _ verify: () throws(ProofError) -> Void) {
            do throws(ProofError) {
                try verify()
                Issue.record("expected: \(expected)")
            } catch { #expect(error.summary == expected) }
        }
        let root = tree.roots[8]
        check("leaf 8 lies beyond a tree of 8 leaves") { () throws(ProofError) in
            try ProofVerification.inclusion(of: other, at: 8, in: 8, proof: [], root: root)
        }
        check("the proof has 2 hashes, not 3") { () throws(ProofError) in
            try ProofVerification.inclusion(
                of: other, at: 0, in: 8, proof: [other, other], root: root)
        }
        check("the proof leads to root \(other) for 1 leaves, not to \(root)") {
            () throws(ProofError) in
            try ProofVerification.inclusion(of: other, at: 0, in: 1, proof: [], root: root)
        }
        check("consistency with the empty tree says nothing") { () throws(ProofError) in
            try ProofVerification.consistency(from: 0, TreeHash.empty, to: 8, root, proof: [])
        }
        check("a tree of 9 leaves cannot become one of 8") { () throws(ProofError) in
            try ProofVerification.consistency(from: 9, other, to: 8, root, proof: [])
        }
        check("the proof has 0 hashes, not 1") { () throws(ProofError) in
            try ProofVerification.consistency(from: 4, other, to: 8, root, proof: [])
        }
    }

    /// Sizes, indexes and lengths from everywhere, the ends of the range too.
    @Test func nothingTrapsAndNothingMadeUpHolds() {
        for seed in 0..<3000 {
            var random = SeededGenerator(seed: seed)
            let edges: [Int64] = [0, 1, 2, 3, .max, .max - 1, 1 << 62, -1, .min]
            func number() -> Int64 {
                let bits = Int64.random(in: 0...63, using: &random)
                return Bool.random(using: &random)
                    ? edges.randomElement(using: &random) ?? 0
                    : Int64.random(in: .min ... .max, using: &random) >> bits
            }
            let (a, b) = (number(), number())
            let count = Int.random(in: 0...65, using: &random)
            let proof = (0..<count).map { Digest(of: "\(seed) \($0)") }
            #expect(throws: ProofError.self, "seed \(seed)") {
                try ProofVerification.inclusion(
                    of: other, at: a, in: b, proof: proof, root: leaf(0))
            }
            #expect(throws: ProofError.self, "seed \(seed)") {
                try ProofVerification.consistency(from: a, other, to: b, leaf(0), proof: proof)
            }
            _ = Subtree(start: a, end: b)
        }
    }

    /// In trees that nobody could build, because all their leaves are the same.
    @Test func proofsOfHugeTreesHold() throws {
        var levels = [leaf(0)]
        for level in 0..<62 { levels.append(TreeHash.node(levels[level], levels[level])) }
        for seed in 0..<500 {
            var random = SeededGenerator(seed: seed)
            let size = max(1, Int64.random(in: 1 ... .max, using: &random) >> Int64(seed % 63))
            let index = Int64.random(in: 0..<size, using: &random)
            let tree = MerkleTree<Never>(size: size) { levels[$0.level] }
            try ProofVerification.inclusion(
                of: levels[0], at: index, in: size, proof: tree.inclusionProof(of: index),
                root: tree.root())
            let old = Int64.random(in: 1...size, using: &random)
            let oldRoot = MerkleTree<Never>(size: old) { levels[$0.level] }.root()
            try ProofVerification.consistency(
                from: old, oldRoot, to: size, tree.root(), proof: tree.consistencyProof(from: old))
        }
    }
}

private struct Inclusion {
    var leaf: Digest
    var index: Int64
    var size: Int64
    var proof: [Digest]
    var root: Digest

    func verify() throws(ProofError) {
        try ProofVerification.inclusion(of: leaf, at: index, in: size, proof: proof, root: root)
    }

    /// Each way to alter it by which it cannot hold any more.
    func altered(_ hash: Digest) -> [Inclusion] {
        var all: [Inclusion] = []
        func add(_ change: (inout Inclusion) -> Void) {
            var copy = self
            change(&copy)
            all.append(copy)
        }
        add { $0.leaf = hash }
        add { $0.root = hash }
        add { $0.root = TreeHash.empty }
        add { $0.index += size }
        add { $0.index = -1 }
        add { $0.index ^= 1 }
        add { $0.size = 0 }
        add { $0.size = $0.index }
        add { $0.size *= 2 }
        add { $0.proof.append(hash) }
        add { $0.proof.append($0.root) }
        add { $0.proof.insert(hash, at: 0) }
        add { $0.proof.insert($0.leaf, at: 0) }
        for position in proof.indices {
            add { $0.proof[position] = hash }
            add { $0.proof.remove(at: position) }
        }
        return all
    }
}

private struct Consistency {
    var old: Int64
    var oldRoot: Digest
    var size: Int64
    var root: Digest
    var proof: [Digest]

    func verify() throws(ProofError) {
        try ProofVerification.consistency(from: old, oldRoot, to: size, root, proof: proof)
    }

    func altered(_ hash: Digest) -> [Consistency] {
        var all: [Consistency] = []
        func add(_ change: (inout Consistency) -> Void) {
            var copy = self
            change(&copy)
            all.append(copy)
        }
        add { $0.oldRoot = hash }
        add { $0.root = hash }
        add { $0.old = 0 }
        add { $0.old = -$0.old }
        add { $0.old = $0.size + 1 }
        add { $0.size = $0.old - 1 }
        add { $0.size = -1 }
        if old != size {
            add { ($0.oldRoot, $0.root) = ($0.root, $0.oldRoot) }
            add { $0.oldRoot = $0.root }
            add { $0.root = $0.oldRoot }
        }
        add { $0.proof.append(hash) }
        add { $0.proof.append($0.root) }
        add { $0.proof.insert(hash, at: 0) }
        add { $0.proof.insert($0.oldRoot, at: 0) }
        for position in proof.indices {
            add { $0.proof[position] = hash }
            add { $0.proof.remove(at: position) }
        }
        return all
    }
}
