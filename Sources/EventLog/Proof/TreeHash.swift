public import Digests

/// The hashes of an RFC 6962 tree.
///
/// Leaves and inner nodes begin with different bytes, so that no node can pass for a leaf.
///
/// Source: https://www.rfc-editor.org/rfc/rfc6962#section-2.1
public enum TreeHash {
    /// The root of the tree without leaves.
    public static let empty = Digest(of: "")

    public static func leaf(_ entry: [UInt8]) -> Digest {
        var builder = DigestBuilder()
        builder.update([0])
        builder.update(entry)
        return builder.finish()
    }

    public static func node(_ left: Digest, _ right: Digest) -> Digest {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(65)
        bytes.append(1)
        left.append(to: &bytes)
        right.append(to: &bytes)
        return Digest(of: bytes)
    }
}

/// Where a node stands that covers 2^`level` leaves, the first of which is `number` · 2^`level`.
public struct NodeAddress: Hashable, Sendable, CustomStringConvertible {
    /// 0 for a leaf, at most 62.
    public var level: Int
    /// From 0, within its level.
    public var number: Int64

    public init(level: Int, number: Int64) {
        self.level = level
        self.number = number
    }

    /// `level 3, number 5`.
    public var description: String { "level \(level), number \(number)" }
}

/// A perfect subtree of a growing tree: once it exists, its hash never changes.
public struct TreeNode: Hashable, Sendable {
    public var address: NodeAddress
    public var hash: Digest

    public init(_ address: NodeAddress, _ hash: Digest) {
        self.address = address
        self.hash = hash
    }
}
