public import Digests
internal import Dispatch
public import EventLog
internal import GRDB
internal import Projections
internal import Synchronization

extension SQLiteLedger {
    /// Signs the head of the tree over every durable event, and records that as `checkpoint.signed`.
    ///
    /// Asked again with the same id, it gives the checkpoint of the first time.
    ///
    /// - Parameter signer: Its key must be the one that the ledger names.
    public func signCheckpoint(
        by signer: NoteSigner, actor: Actor, id: EventID
    ) async throws(LedgerError) -> SignedCheckpoint {
        guard !isReadOnly else { throw LedgerError.readOnly }
        let result: Result<SignedCheckpoint, LedgerError> =
            await withCheckedContinuation { continuation in
                queue.async {
                    let (result, head, isFull) = self.writer.withLock { writer in
                        let result = Result {
                            let signed = try writer?.signCheckpoint(
                                by: signer, actor: actor, id: id)
                            guard let signed else { throw LedgerError.readOnly }
                            return signed
                        }.mapError { LedgerError($0) }
                        return (result, writer?.state.position ?? 0, writer?.isFull ?? false)
                    }
                    self.tell(head: head, isFull: isFull)
                    continuation.resume(returning: result)
                }
            }
        return try result.get()
    }

    /// The checkpoints over trees of at least `size` leaves, the largest first.
    public func checkpoints(covering size: Int64 = 0, limit: Int) async throws(LedgerError)
        -> [SignedCheckpoint]
    {
        try await reading { db in
            try StoredCheckpoints(db: db).covering(size, limit: limit)
        }
    }

    /// The earliest checkpoint that covers an event.
    public func checkpoint(covering position: Int64) async throws(LedgerError)
        -> SignedCheckpoint?
    {
        try await reading { db in try StoredCheckpoints(db: db).first(covering: position) }
    }

    /// The root of the tree over the first `size` events; `nil` when there are fewer.
    public func root(of size: Int64) async throws(LedgerError) -> Digest? {
        try await reading { db in
            guard size >= 0, try TreeNodes(db: db).leafCount() >= size else { return nil }
            return try TreeNodes(db: db).tree(of: size).root()
        }
    }

    /// That the tree of `size` leaves begins with all those of the tree of `old` leaves.
    ///
    /// - Precondition: `old` is from 0 to `size`.
    public func consistencyProof(from old: Int64, to size: Int64) async throws(LedgerError)
        -> [Digest]
    {
        try await reading { db in try TreeNodes(db: db).tree(of: size).consistencyProof(from: old) }
    }

    /// The proof that an event is in the tree of the earliest checkpoint that covers it; `nil` before there is one.
    public func proof(of position: Int64) async throws(LedgerError) -> ProofFile? {
        guard let checkpoint = try await checkpoint(covering: position) else { return nil }
        return try await proof(of: position, in: checkpoint)
    }

    /// The proof that an event is in the tree of a checkpoint, with the event's envelope.
    ///
    /// - Returns: `nil` when there is no such event, or the checkpoint is over fewer.
    public func proof(of position: Int64, in checkpoint: SignedCheckpoint)
        async throws(LedgerError) -> ProofFile?
    {
        let size = checkpoint.checkpoint.size
        guard position >= 1, position <= size else { return nil }
        return try await reading { db in
            let envelope = try self.stored(db).envelope(at: position)
            guard let envelope else { return nil }
            let hashes = try TreeNodes(db: db).tree(of: size).inclusionProof(of: position - 1)
            return ProofFile(
                extra: envelope, index: position - 1, hashes: hashes, checkpoint: checkpoint)
        }
    }
}
