import Digests
import EventLog

/// A tree in memory: every node that became final, as a store would keep them.
struct MemoryTree {
    private(set) var range = CompactRange()
    private(set) var nodes: [NodeAddress: Digest] = [:]
    /// The root of each size, from the empty tree on.
    private(set) var roots = [TreeHash.empty]

    init(_ entries: some Sequence<[UInt8]>) {
        for entry in entries { append(entry) }
    }

    mutating func append(_ entry: [UInt8]) {
        for node in range.append(TreeHash.leaf(entry)) { nodes[node.address] = node.hash }
        roots.append(range.root)
    }

    /// The tree as it was at `size` leaves; a node that is read and is not there fails the test's hash.
    func at(_ size: Int) -> MerkleTree<Never> {
        MerkleTree(size: Int64(size)) { [nodes] address in
            nodes[address] ?? Digest(of: "there is no \(address)")
        }
    }
}

/// The leaves of RFC 6962's reference implementation.
///
/// Source: https://github.com/google/certificate-transparency/blob/master/cpp/merkletree/merkle_tree_test.cc
let referenceLeaves: [[UInt8]] = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
].compactMap { hexBytes($0) }

let referenceRoots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
