internal import Digests
internal import EventLog
internal import GRDB
internal import Model
internal import Projections

extension Writer {
    /// Adds the leaf of a new event to the tree and stores every node that is final from now on.
    ///
    /// Runs in the append's transaction. When that fails, the tree is read back with the state.
    mutating func grow(by leaf: Digest, _ statements: Statements) throws {
        let final = tree.append(leaf)
        for node in final { try statements.insert(node) }
        // What a row takes, with its key.
        note(bytes: final.count * 48)
    }

    /// Signs the head of the tree and records it.
    ///
    /// Between the last commit and this one nothing is appended, so the note is over durable events only, and
    /// over all of them.
    mutating func signCheckpoint(
        by signer: NoteSigner, actor: Actor, id: EventID
    ) throws -> SignedCheckpoint {
        let present = try present()
        let row = present.ledger["ledger"]
        guard let row, row.signingKey == signer.verifier.text else {
            throw LedgerError.notStorable(
                type: "checkpoint.signed",
                reason: "the ledger's key is \(row?.signingKey ?? "unknown"), not "
                    + signer.verifier.text)
        }
        if let earlier = try signedEarlier(id) { return earlier }
        guard tree.size == present.position else {
            throw LedgerError.corrupt(
                position: nil,
                reason: "the tree has \(tree.size) leaves, and there are \(present.position) events"
            )
        }
        let now = time.now()
        let checkpoint = Checkpoint(origin: signer.name, size: tree.size, root: tree.root)
        let signed = try SignedCheckpoint(checkpoint, signedBy: signer, at: now.seconds)
        let event = CheckpointSigned {
            $0.note = String(decoding: signed.bytes, as: UTF8.self)
            $0.root = checkpoint.root
            $0.size = checkpoint.size
        }
        let batch = AppendBatch(events: [
            NewEvent(
                id: id, .checkpointSigned(event), stream: LedgerState.Stream.ledger,
                subjects: Subjects(), actor: actor, occurredAt: now)
        ])
        _ = try commit([batch])[0].get()
        return signed
    }

    /// What an earlier attempt with the same id has signed.
    private mutating func signedEarlier(_ id: EventID) throws -> SignedCheckpoint? {
        let recorded = try transaction { _, db in try StoredEvents(db: db).event(id: id) }
        guard case .checkpointSigned(let payload)? = recorded?.event else { return nil }
        return try SignedCheckpoint(parsing: Array(payload.note.utf8))
    }
}
