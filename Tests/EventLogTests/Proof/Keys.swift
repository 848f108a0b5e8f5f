import Digests
import EventLog
import TestSupport

/// Keys with known seeds, and files made with them.
enum Keys {
    static let log = signer("example.com/audit", .note, seed: 1)
    static let witness = signer("witness.example/w1", .cosignature, seed: 2)

    static func signer(_ name: String, _ type: SignatureType, seed: UInt8) -> NoteSigner {
        guard let name = KeyName(name),
            let key = SigningKey(seed: Array(repeating: seed, count: SigningKey.seedBytes))
        else { preconditionFailure("a key with a name and 32 bytes") }
        return NoteSigner(name: name, type: type, key: key)
    }

    static func checkpoint(_ tree: MemoryTree, size: Int, by signer: NoteSigner = log) throws
        -> SignedCheckpoint
    {
        try SignedCheckpoint(
            Checkpoint(origin: signer.name, size: Int64(size), root: tree.roots[size]),
            signedBy: signer, at: 0)
    }

    static func proof(
        _ entries: [[UInt8]], index: Int, size: Int, witnesses: [NoteSigner] = [],
        withEntry: Bool = true
    ) throws -> ProofFile {
        let tree = MemoryTree(entries)
        var checkpoint = try checkpoint(tree, size: size)
        checkpoint.add(witnesses.map { $0.sign(checkpoint.note.text, at: 1_700_000_000) })
        return ProofFile(
            extra: withEntry ? entries[index] : nil, index: Int64(index),
            hashes: tree.at(size).inclusionProof(of: Int64(index)), checkpoint: checkpoint)
    }

    static func policy(_ text: String) throws -> TrustPolicy {
        try TrustPolicy(parsing: Array(text.utf8), file: "policy")
    }

    /// One good file of each form.
    static func sampleFiles() throws -> [[UInt8]] {
        let entries = (0..<20).map { Array("entry \($0)".utf8) }
        let tree = MemoryTree(entries)
        let request = AddCheckpoint(
            oldSize: 7, proof: tree.at(20).consistencyProof(from: 7),
            checkpoint: try checkpoint(tree, size: 20))
        return [
            try proof(entries, index: 11, size: 20, witnesses: [witness]).bytes,
            try checkpoint(tree, size: 20).bytes,
            request.body,
            Array(
                """
                log \(log.verifier.text) https://log.example
                witness W \(witness.verifier.text)
                group G 1 W
                quorum G

                """.utf8),
            Array(log.verifier.text.utf8),
            Array(witness.privateText.utf8),
            Array("tile/0/x001/x234/067.p/17".utf8),
            EntryBundle.encode(entries),
        ]
    }
}

/// A few bytes of `bytes` changed, removed, doubled or put in.
func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(bytes[index], at: index)
        case 3:
            bytes.insert(
                [0x0A, 0x20, 0x2B, 0x30, 0xE2, 0xFF].randomElement(using: &random) ?? 0, at: index)
        case 4: bytes.removeSubrange(index...)
        default:
            let other = Int.random(in: 0..<bytes.count, using: &random)
            bytes.swapAt(index, other)
        }
    }
    return bytes
}
