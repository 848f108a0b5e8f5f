public import Digests

/// The head of a log's tree: how many leaves it has, and their root.
///
/// Two are equal when their texts have the same bytes.
///
/// Source: https://c2sp.org/tlog-checkpoint#note-text
public struct Checkpoint: Sendable {
    /// The log's name, such as `example.com/audit`.
    public let origin: String
    public let size: Int64
    public let root: Digest
    /// Opaque lines after the root; Tidemark writes none.
    public let extensions: [String]

    public init(origin: KeyName, size: Int64, root: Digest) {
        self.origin = origin.text
        self.size = size
        self.root = root
        extensions = []
    }

    public init(parsing text: [UInt8]) throws(ProofError) {
        guard String(validating: text, as: UTF8.self) != nil, let lines = Lines.split(text),
            lines.count >= 3, !lines.contains("")
        else {
            throw .malformed(.checkpoint, reason: "it has no three lines of origin, size and root")
        }
        guard let size = Lines.decimal(lines[1]) else {
            throw .malformed(.checkpoint, reason: "its second line is no size")
        }
        guard let root = Digest(base64: lines[2]) else {
            throw .malformed(.checkpoint, reason: "its third line is no SHA-256 root")
        }
        origin = lines[0]
        self.size = size
        self.root = root
        extensions = Array(lines.dropFirst(3))
    }

    /// The signed bytes.
    public var text: [UInt8] {
        let lines = [origin, String(size), Base64.encode(root.bytes)] + extensions
        return Array(lines.joined(separator: "\n").utf8) + [Lines.newline]
    }
}

extension Checkpoint: Hashable {
    public static func == (a: Checkpoint, b: Checkpoint) -> Bool { a.text == b.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// A checkpoint as it is published: the note it was read from, and what that says.
public struct SignedCheckpoint: Hashable, Sendable {
    public private(set) var note: SignedNote
    public let checkpoint: Checkpoint

    public init(_ checkpoint: Checkpoint, signedBy signer: NoteSigner, at seconds: Int64)
        throws(ProofError)
    {
        self.checkpoint = checkpoint
        note = try SignedNote(
            text: checkpoint.text, signatures: [signer.sign(checkpoint.text, at: seconds)])
    }

    public init(parsing bytes: [UInt8]) throws(ProofError) {
        note = try SignedNote(parsing: bytes)
        checkpoint = try Checkpoint(parsing: note.text)
    }

    public var bytes: [UInt8] { note.bytes }

    public mutating func add(_ signatures: [NoteSignature]) { note.add(signatures) }

    /// Holds when one of the log's keys has signed it, and it is of that log.
    ///
    /// The name of a log's key is the log's origin.
    @discardableResult
    public func verify(by logs: [NoteVerifier]) throws(ProofError) -> NoteVerifier {
        let signature = try note.verified(by: logs.filter { $0.type == .note })[0]
        let origin = signature.verifier.name.text
        guard Lines.areSame(origin, checkpoint.origin) else {
            throw .wrongOrigin(expected: origin, found: checkpoint.origin)
        }
        return signature.verifier
    }
}

extension Digest {
    /// Reads the base64 form of 32 bytes; `nil` for anything else.
    init?(base64 text: String) {
        guard let bytes = Base64.decodeExactly(text), bytes.count == 32 else { return nil }
        self.init(bytes: bytes)
    }
}
