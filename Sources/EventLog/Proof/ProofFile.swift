public import Digests

/// A `.tlog-proof` file: that an entry is in a log, with all that is needed to check it offline.
///
/// Source: https://c2sp.org/tlog-proof
public struct ProofFile: Hashable, Sendable {
    /// Bytes for the application.
    ///
    /// Tidemark puts the envelope there, which the proof then authenticates.
    public var extra: [UInt8]?
    /// The leaf, from 0: the position of the event less one.
    public var index: Int64
    /// From the leaf's sibling up.
    public var hashes: [Digest]
    public var checkpoint: SignedCheckpoint

    static let header = "c2sp.org/tlog-proof@v1"

    public init(
        extra: [UInt8]?, index: Int64, hashes: [Digest], checkpoint: SignedCheckpoint
    ) {
        self.extra = extra
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    public init(parsing bytes: [UInt8]) throws(ProofError) {
        guard bytes.count <= SignedNote.maxBytes else {
            throw .malformed(.proof, reason: "it has more than \(SignedNote.maxBytes) bytes")
        }
        guard let (head, rest) = Blank.split(bytes) else {
            throw .malformed(.proof, reason: "it has no empty line before the checkpoint")
        }
        var lines = head[...]
        guard lines.popFirst() == Self.header else {
            throw .malformed(.proof, reason: "it does not begin with \(Self.header)")
        }
        extra = nil
        if let line = lines.first, let text = Lines.rest(of: line, after: "extra") {
            guard let bytes = Base64.decodeExactly(text) else {
                throw .malformed(.proof, reason: "its extra data is not base64")
            }
            extra = bytes
            lines.removeFirst()
        }
        guard let line = lines.popFirst(), let text = Lines.rest(of: line, after: "index"),
            let index = Lines.decimal(text)
        else { throw .malformed(.proof, reason: "it has no line with the index") }
        self.index = index
        hashes = try Blank.hashes(lines, of: .proof)
        checkpoint = try SignedCheckpoint(parsing: Array(rest))
    }

    public var bytes: [UInt8] {
        var lines = [Self.header]
        if let extra { lines.append("extra \(Base64.encode(extra))") }
        lines.append("index \(index)")
        lines += hashes.map { Base64.encode($0.bytes) }
        return Array((lines.joined(separator: "\n") + "\n\n").utf8) + checkpoint.bytes
    }

    /// Holds when the entry is a leaf of the checkpoint, and the checkpoint is one that `policy` accepts.
    @discardableResult
    public func verify(entry: [UInt8], policy: TrustPolicy) throws(ProofError) -> PolicyVerdict {
        let verdict = try policy.check(checkpoint)
        try ProofVerification.inclusion(
            of: TreeHash.leaf(entry), at: index, in: checkpoint.checkpoint.size, proof: hashes,
            root: checkpoint.checkpoint.root)
        return verdict
    }
}

/// Texts that end in an empty line with a checkpoint behind it: proof files and requests to witnesses.
enum Blank {
    /// The lines before the first empty line, and the bytes after it.
    static func split(_ bytes: [UInt8]) -> (lines: [String], rest: ArraySlice<UInt8>)? {
        let blank = bytes.indices.dropFirst().first {
            bytes[$0] == Lines.newline && bytes[$0 - 1] == Lines.newline
        }
        guard let blank, let lines = Lines.split(bytes[..<blank]) else { return nil }
        return (lines, bytes[(blank + 1)...])
    }

    static func hashes(
        _ lines: ArraySlice<String>, of form: ProofError.Form
    ) throws(ProofError) -> [Digest] {
        // No path in a tree of fewer than 2^63 leaves is longer.
        guard lines.count <= 63 else {
            throw .malformed(form, reason: "it has \(lines.count) hashes, more than 63")
        }
        var hashes: [Digest] = []
        for line in lines {
            guard let hash = Digest(base64: line) else {
                throw .malformed(form, reason: "hash \(hashes.count + 1) is no SHA-256 in base64")
            }
            hashes.append(hash)
        }
        return hashes
    }
}
