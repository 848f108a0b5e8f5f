internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB

/// The stored nodes of the Merkle tree over the envelopes, within whatever transaction the caller holds.
///
/// They are derived: `completed(upTo:)` makes those that are missing from the events.
struct TreeNodes {
    let db: Database

    func hash(_ address: NodeAddress) throws -> Digest {
        let statement = try db.cachedStatement(
            sql: "SELECT hash FROM tree_node WHERE level = ? AND number = ?")
        let bytes = try Data.fetchOne(statement, arguments: [address.level, address.number])
        guard let bytes, bytes.count == 32 else {
            throw LedgerError.corrupt(position: nil, reason: "tree node \(address) is missing")
        }
        return Digest(bytes: bytes)
    }

    /// How many leaves there are, by the last one.
    func leafCount() throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: "SELECT max(number) + 1 FROM tree_node WHERE level = 0")
        return try Int64.fetchOne(statement) ?? 0
    }

    /// The tree as it was at a size; proofs are made from it.
    func tree(of size: Int64) -> MerkleTree<any Error> {
        MerkleTree(size: size) { address throws(any Error) in try hash(address) }
    }

    static let insertion = "INSERT INTO tree_node (level, number, hash) VALUES (?, ?, ?)"

    /// The range from which the tree grows on, after the nodes of events that have none were added.
    ///
    /// - Parameter addsMissing: Whether nodes may be added at all.
    /// - Throws: `.corrupt` when there are leaves of events that are not there, nodes are missing and may not be
    ///   added, or one that the tree grows from is not what it is made of.
    /// - Complexity: O(log² size), where none is missing.
    func completed(upTo size: Int64, addsMissing: Bool) throws -> CompactRange {
        let count = try leafCount()
        guard count <= size else {
            throw LedgerError.corrupt(
                position: size + 1,
                reason: "the tree has \(count) leaves, and there are \(size) events")
        }
        if count < size {
            guard addsMissing else {
                throw LedgerError.corrupt(
                    position: count + 1,
                    reason: "the tree has \(count) leaves, and there are \(size) events")
            }
            try db.execute(
                sql: "DELETE FROM tree_node WHERE (number + 1) << level > ?", arguments: [count])
        }
        var range: CompactRange
        var wrong: String?
        do {
            range = try CompactRange(size: count) { address throws(any Error) in
                if let found = try wrongNode(on: address) {
                    wrong = wrong ?? "tree node \(found) is not what it is made of"
                }
                return try hash(address)
            }
        } catch let error as LedgerError {
            guard addsMissing else { throw error }
            range = CompactRange()
            try db.execute(sql: "DELETE FROM tree_node")
        }
        if let wrong = try wrong ?? contradiction(upTo: range.size) {
            throw LedgerError.wrongTree(reason: wrong)
        }
        while range.size < size {
            try db.inTransaction(.immediate) {
                try addPage(to: &range)
                return .commit
            }
        }
        return range
    }

    /// The first of the nodes on the way from a subtree down to its last leaf that is not what it is made of.
    private func wrongNode(on address: NodeAddress) throws -> NodeAddress? {
        var node = address
        while try made(node) == hash(node) {
            if node.level == 0 { return nil }
            node = NodeAddress(level: node.level - 1, number: 2 * node.number + 1)
        }
        return node
    }

    /// What a node must be: the hash of its two children, or of an envelope.
    private func made(_ address: NodeAddress) throws -> Digest {
        guard address.level > 0 else {
            guard let envelope = try StoredEvents(db: db).envelope(at: address.number + 1) else {
                throw LedgerError.corrupt(
                    position: address.number + 1, reason: "event \(address.number + 1) is missing")
            }
            return TreeHash.leaf(envelope)
        }
        let children = try [2 * address.number, 2 * address.number + 1].map { number in
            try hash(NodeAddress(level: address.level - 1, number: number))
        }
        return TreeHash.node(children[0], children[1])
    }

    /// What the nodes say otherwise than the newest signed checkpoint.
    private func contradiction(upTo size: Int64) throws -> String? {
        let newest = try StoredCheckpoints(db: db).covering(0, limit: 1).first?.checkpoint
        guard let newest, newest.size <= size, try tree(of: newest.size).root() != newest.root
        else { return nil }
        return "the tree of \(newest.size) events has not the root that was signed"
    }

    /// Makes all nodes anew when one of them is not what the envelopes give, within the caller's transaction.
    ///
    /// - Returns: The range from which the tree grows on, and how many nodes were wrong, missing or surplus.
    func mended(upTo size: Int64) throws -> (CompactRange, wrong: Int) {
        var range = CompactRange()
        var wrong = 0
        while range.size < size {
            var nodes: [Int: [TreeNode]] = [:]
            for envelope in try StoredEvents(db: db).envelopes(after: range.size) {
                for node in range.append(TreeHash.leaf(envelope)) {
                    nodes[node.address.level, default: []].append(node)
                }
            }
            for level in nodes.keys.sorted() {
                wrong += try differences(from: nodes[level] ?? []).count
            }
        }
        wrong += try surplus(beyond: size).count
        guard wrong > 0 else { return (range, 0) }
        try db.execute(sql: "DELETE FROM tree_node")
        range = CompactRange()
        while range.size < size { try addPage(to: &range) }
        return (range, wrong)
    }

    private func addPage(to range: inout CompactRange) throws {
        let insertion = try RawStatement(cached: Self.insertion, db)
        for envelope in try StoredEvents(db: db).envelopes(after: range.size) {
            for node in range.append(TreeHash.leaf(envelope)) { try insertion.insert(node) }
        }
    }
}

extension RawStatement {
    /// Runs `TreeNodes.insertion`.
    func insert(_ node: TreeNode) throws {
        bind(1, Int64(node.address.level))
        bind(2, node.address.number)
        try run(3, node.hash.bytes)
    }
}

extension StoredEvents {
    /// The bytes of the envelopes after `position`, at most a page of them.
    ///
    /// - Throws: `.corrupt` when the next one is missing.
    func envelopes(after position: Int64) throws -> [[UInt8]] {
        let rows = try GRDB.Row.fetchCursor(
            db,
            sql: """
                SELECT position, envelope FROM event WHERE position > ? ORDER BY position LIMIT ?
                """, arguments: [position, Self.pageSize])
        var envelopes: [[UInt8]] = []
        while let row = try rows.next() {
            let expected = position + Int64(envelopes.count) + 1
            guard try row.integer(0) == expected else {
                throw LedgerError.corrupt(
                    position: expected, reason: "event \(expected) is missing")
            }
            envelopes.append(try row.bytes(1))
        }
        guard !envelopes.isEmpty else {
            throw LedgerError.corrupt(
                position: position + 1, reason: "event \(position + 1) is missing")
        }
        return envelopes
    }

    /// The bytes of one envelope, which are the leaf's entry.
    func envelope(at position: Int64) throws -> [UInt8]? {
        let statement = try db.cachedStatement(sql: "SELECT envelope FROM event WHERE position = ?")
        return try Data.fetchOne(statement, arguments: [position]).map { [UInt8]($0) }
    }
}
