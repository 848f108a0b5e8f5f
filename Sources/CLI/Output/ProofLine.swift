internal import EventLog
internal import Server

/// Whether an event can be proven, as `explain` and `show` say it: `checkpoint 18204 ✓, cosigned by w1`.
///
/// The proof is made and checked, up to the signature by one of the ledger's own keys.
func proofLine(of position: Int64, in ledger: any LedgerReading) async throws -> String {
    guard let proof = try await ledger.proof(of: position) else { return "none yet" }
    let checkpoint = proof.checkpoint
    let name = "checkpoint \(checkpoint.checkpoint.size)"
    let keys = try await ledger.signingKeys()
    do {
        try checkpoint.verify(by: keys)
        try ProofVerification.inclusion(
            of: TreeHash.leaf(proof.extra ?? []), at: position - 1,
            in: checkpoint.checkpoint.size, proof: proof.hashes,
            root: checkpoint.checkpoint.root)
    } catch {
        return "\(name) ✗ \(error.summary)"
    }
    let witnesses = checkpoint.note.signatures
        .filter { signature in !keys.contains { $0.name == signature.name } }
        .map(\.name.text)
    return witnesses.isEmpty
        ? "\(name) ✓" : "\(name) ✓, cosigned by \(witnesses.joined(separator: ", "))"
}
