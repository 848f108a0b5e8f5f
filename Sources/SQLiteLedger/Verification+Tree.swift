internal import Digests
internal import EventLog
internal import GRDB

/// The tree as the envelopes give it, held against its stored nodes and against every head that was signed.
struct TreeVerification: Sendable {
    private var range = CompactRange()
    /// The nodes of the page that is being checked, by level.
    private var nodes: [Int: [TreeNode]] = [:]
    private var signingKey: NoteVerifier?
    /// Heads signed in the page: checked once its nodes are.
    private var heads: [(position: Int64, head: CheckpointSigned, key: NoteVerifier?)] = []
    /// What the table of checkpoints must hold.
    private var checkpoints: [Int64: CheckpointBytes] = [:]

    /// Takes in the next event; `nil` when its bytes cannot be read, which others report.
    mutating func add(leaf: Digest, _ recorded: RecordedEvent?) {
        for node in range.append(leaf) {
            nodes[node.address.level, default: []].append(node)
        }
        switch recorded?.event {
        case .ledgerOpened(let opened): signingKey = try? NoteVerifier(parsing: opened.signingKey)
        case .signingKeyChanged(let changed): signingKey = try? NoteVerifier(parsing: changed.to)
        case .checkpointSigned(let head):
            heads.append((recorded?.position ?? 0, head, signingKey))
            if checkpoints[head.size] == nil {
                checkpoints[head.size] = CheckpointBytes(
                    root: head.root.bytes, note: Array(head.note.utf8))
            }
        case .checkpointWitnessed(let witnessed):
            if let note = checkpoints[witnessed.size]?.note {
                checkpoints[witnessed.size]?.note = witnessed.added(to: note)
            }
        default: break
        }
    }

    /// Checks what was taken in since the last page.
    mutating func checkPage(_ stored: TreeNodes) throws -> [Finding] {
        var findings: [Finding] = []
        for level in nodes.keys.sorted() {
            findings += try stored.differences(from: nodes[level] ?? [])
        }
        for (position, head, key) in heads { findings += try check(head, position, key, stored) }
        nodes = [:]
        heads = []
        return findings
    }

    /// After the last page: that nothing is stored besides.
    func finish(_ db: Database) throws -> [Finding] {
        try TreeNodes(db: db).surplus(beyond: range.size) + differences(StoredCheckpoints(db: db))
    }

    private func check(
        _ head: CheckpointSigned, _ position: Int64, _ key: NoteVerifier?, _ stored: TreeNodes
    ) throws -> [Finding] {
        func finding(_ expected: String, _ found: String) -> [Finding] {
            [Finding(position: position, "checkpoint", expected: expected, found: found)]
        }
        guard head.size < position, head.size >= 0 else {
            return finding("a size below \(position)", "\(head.size)")
        }
        // The nodes were compared with the envelopes: what is wrong with them is reported there.
        if let root = try? stored.tree(of: head.size).root(), root != head.root {
            return finding("root \(root) of \(head.size) events", "\(head.root)")
        }
        do throws(ProofError) {
            let signed = try SignedCheckpoint(parsing: Array(head.note.utf8))
            guard let key else { return finding("a signing key on record", "none") }
            try signed.verify(by: [key])
            guard signed.checkpoint.size == head.size, signed.checkpoint.root == head.root else {
                return finding("a note of \(head.size) \(head.root)", "another")
            }
            return []
        } catch {
            return finding("a note signed by \(key?.name.text ?? "the log")", error.summary)
        }
    }

    private func differences(_ stored: StoredCheckpoints) throws -> [Finding] {
        let rows = try stored.rows()
        let sizes = Set(rows.keys).union(checkpoints.keys).sorted()
        return sizes.filter { rows[$0] != checkpoints[$0] }.map { size in
            Finding(
                position: nil, "checkpoint row \(size)",
                expected: checkpoints[size] == nil ? "none" : "what the events give",
                found: rows[size] == nil ? "none" : "another")
        }
    }
}

extension TreeNodes {
    /// Where the stored nodes differ from these, which are of one level and follow one another.
    func differences(from expected: [TreeNode]) throws -> [Finding] {
        guard let first = expected.first?.address, let last = expected.last?.address else {
            return []
        }
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, hash FROM tree_node
                WHERE level = ? AND number BETWEEN ? AND ? ORDER BY number
                """)
        let rows = try GRDB.Row.fetchCursor(
            statement, arguments: [first.level, first.number, last.number])
        var row = try rows.next()
        var findings: [Finding] = []
        for node in expected {
            var found: String?
            if let current = row, try current.integer(0) == node.address.number {
                let bytes = try current.bytes(1)
                found = bytes == node.hash.bytes ? nil : hex(bytes)
                row = try rows.next()
            } else {
                found = "none"
            }
            guard let found, findings.count < RecordVerifier.maxFindings else { continue }
            findings.append(
                Finding(
                    position: (node.address.number + 1) << Int64(node.address.level),
                    "tree node \(node.address)", expected: node.hash.description, found: found))
        }
        return findings
    }

    /// Nodes that no event gives.
    func surplus(beyond size: Int64) throws -> [Finding] {
        let expected = 2 * size - Int64(size.nonzeroBitCount)
        let count = try Int64.fetchOne(db, sql: "SELECT count(*) FROM tree_node") ?? 0
        guard count > expected else { return [] }
        let rows = try GRDB.Row.fetchAll(
            db,
            sql: """
                SELECT level, number FROM tree_node
                WHERE level NOT BETWEEN 0 AND 62 OR number < 0 OR number >= (? >> level)
                ORDER BY level, number LIMIT ?
                """, arguments: [size, RecordVerifier.maxFindings])
        return try rows.map { row in
            let (level, number) = (try row.integer(0), try row.integer(1))
            return Finding(
                position: nil, "tree node level \(level), number \(number)", expected: "none",
                found: "a hash")
        }
    }
}
