public import Digests

/// A head of the Merkle tree was signed; the tree holds the events before this one.
public struct CheckpointSigned: Coded {
    /// The signed note with the signature of this log.
    ///
    /// Source: https://c2sp.org/tlog-checkpoint
    public var note = ""
    public var root = Digest(of: "")
    /// How many events the tree holds.
    public var size: Int64 = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("note", &note)
        try coder.field("root", &root)
        try coder.field("size", &size)
    }
}

/// A witness has seen a checkpoint, and found it consistent with all that it saw before.
public struct CheckpointWitnessed: Coded {
    /// The line that the witness adds to the note.
    ///
    /// Source: https://c2sp.org/tlog-cosignature
    public var cosignature = ""
    public var size: Int64 = 0
    public var witness = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("cosignature", &cosignature)
        try coder.field("size", &size)
        try coder.field("witness", &witness)
    }
}

/// Checkpoints are signed by another key from now on.
public struct SigningKeyChanged: Coded {
    public var from = ""
    public var to = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("from", &from)
        try coder.field("to", &to)
    }
}

/// The payload of an event is gone for good, with the bodies that nothing else refers to.
public struct PayloadRedacted: Coded {
    /// The bodies that went with it, ascending.
    public var blobs: [Digest] = []
    public var position: Int64 = 0
    public var reason = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("blobs", &blobs)
        try coder.field("position", &position)
        try coder.field("reason", &reason)
    }
}

/// Payloads and bodies were moved into an archive; the tree stays whole.
public struct LedgerArchived: Coded {
    /// What a projection held right after the last archived event.
    public struct SavedState: Coded, StoredValue, Hashable {
        /// Of its rows in canonical form, in order of their keys.
        public var digest = Digest(of: "")
        public var projection = ""
        public var version = 0
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("digest", &digest)
            try coder.field("projection", &projection)
            try coder.field("version", &version)
        }
    }

    /// Of the archive file.
    public var archive = Digest(of: "")
    /// How many bodies are gone that no earlier event names as gone.
    public var blobs: Int64 = 0
    /// The name that the file had when it was written, without its folder.
    public var file: String?
    /// Payloads up to this position are in the archive.
    public var through: Int64 = 0
    public var states: [SavedState] = []
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("archive", &archive)
        try coder.field("blobs", &blobs)
        try coder.field("file", &file)
        try coder.field("states", &states)
        try coder.field("through", &through)
    }
}
