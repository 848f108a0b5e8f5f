import Digests
import EventLog
import Testing

/// Values that other programs published or computed.
///
/// Changing one breaks every proof ever handed out.
@Suite("Vectors of the tree")
struct TreeVectorTests {
    private let tree = MemoryTree(referenceLeaves)

    @Test func roots() { #expect(tree.roots.map(\.description) == referenceRoots) }

    @Test func nodes() {
        let levels = [
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
                "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
                "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
                "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
            ],
            [
                "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            ],
            [
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
            ["5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
        ]
        for (level, hashes) in levels.enumerated() {
            for (number, hash) in hashes.enumerated() {
                let address = NodeAddress(level: level, number: Int64(number))
                #expect(tree.nodes[address]?.description == hash, "\(address)")
            }
        }
        #expect(tree.nodes.count == 15)
    }

    @Test func hasher() {
        #expect(
            TreeHash.leaf(Array("L123456".utf8)).description
                == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
        // The published inner node is over short texts, so it is made from the definition.
        #expect(
            Digest(of: [1] + "N123N456".utf8).description
                == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb")
        let (left, right) = (tree.roots[1], tree.roots[2])
        #expect(TreeHash.node(left, right) == Digest(of: [1] + left.bytes + right.bytes))
    }

    @Test func inclusion() {
        check(tree.at(8).inclusionProof(of: 0), "96a296d2 5f083f0a 6b47aaf2")
        check(tree.at(8).inclusionProof(of: 5), "bc1a0643 ca854ea1 d37ee418")
        check(tree.at(3).inclusionProof(of: 2), "fac54203")
        check(tree.at(5).inclusionProof(of: 1), "6e340b9c 5f083f0a bc1a0643")
    }

    @Test func consistency() {
        check(tree.at(8).consistencyProof(from: 1), "96a296d2 5f083f0a 6b47aaf2")
        check(tree.at(8).consistencyProof(from: 6), "0ebc5d34 ca854ea1 d37ee418")
        check(tree.at(5).consistencyProof(from: 2), "5f083f0a bc1a0643")
        check(tree.at(1).consistencyProof(from: 1), "")
    }

    private func check(_ proof: [Digest], _ beginnings: String) {
        #expect(
            proof.map { $0.description.prefix(8) }.joined(separator: " ") == beginnings[...])
    }
}

/// One digest over every answer for a tree of 130 leaves, each of one byte.
///
/// Source: https://datatracker.ietf.org/doc/html/draft-ietf-plants-merkle-tree-certs#appendix-C for subtrees;
/// those of plain RFC 6962 were computed by a program of its own.
@Suite("Whole-algorithm digests")
struct AccumulatedVectorTests {
    private let tree = MemoryTree((0..<130).map { [UInt8($0)] })
    private let sizes = 0...130

    @Test func roots() {
        check(
            sizes.map { ("\($0)", [tree.at($0).root()]) },
            "9c67f07f906103b6bf201842a50ff0b8c91fca9b3e211334a6b7aa3133165dec")
        #expect(sizes.map { tree.at($0).root() } == tree.roots)
    }

    @Test func inclusion() {
        check(
            sizes.flatMap { size in
                (0..<size).map { ("\($0) \(size)", tree.at(size).inclusionProof(of: Int64($0))) }
            },
            "893ce6eea61adc33c22c0e3a952498b76dfa3c282e78ac659f6fcc0ea44f9983")
    }

    @Test func consistency() {
        check(
            sizes.dropFirst().flatMap { size in
                (1...size).map {
                    ("\($0) \(size)", tree.at(size).consistencyProof(from: Int64($0)))
                }
            },
            "2498232e1aebe8d1aa8d339d897fc471f4495fe0b8a55ac08f7dae3d88bc4c2a")
    }

    @Test func subtreeHashes() {
        let lines = subtrees(upTo: 130).map { ("\($0)", [tree.at(130).hash(of: $0)]) }
        #expect(lines.count == 712)
        check(lines, "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81")
    }

    @Test func subtreeInclusion() {
        check(
            subtrees(upTo: 130).flatMap { subtree in
                (subtree.start..<subtree.end).map {
                    ("\($0) \(subtree)", tree.at(130).inclusionProof(of: $0, in: subtree))
                }
            },
            "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f")
    }

    @Test func subtreeConsistency() {
        check(
            sizes.flatMap { size in
                subtrees(upTo: size).map {
                    ("\($0) \(size)", tree.at(size).consistencyProof(of: $0))
                }
            },
            "10fa99b37bf9bf9ffa26b412fbd98bd75363256d0b75d61bc4538b9c9c5a0a74")
    }

    @Test func rootOfTwoHundredThousandLeaves() {
        var range = CompactRange()
        let leaf = TreeHash.leaf(Array(repeating: UInt8(ascii: "x"), count: 1000))
        for _ in 0..<200_000 { _ = range.append(leaf) }
        #expect(
            range.root.description
                == "b48d8a06b09b0b4550c7510046ec2a384557cf41675de6297e1b47b64696b44c")
    }

    private func subtrees(upTo size: Int) -> [Subtree] {
        (0...size).flatMap { end in
            (0...end).compactMap { Subtree(start: Int64($0), end: Int64(end)) }
        }
    }

    private func check(_ lines: [(String, [Digest])], _ expected: String) {
        var builder = DigestBuilder()
        for (name, hashes) in lines {
            builder.update(([name] + hashes.map(\.description)).joined(separator: " ") + "\n")
        }
        #expect(builder.finish().description == expected)
    }
}
