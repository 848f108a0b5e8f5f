public import Model

/// The first event of every ledger.
public struct LedgerOpened: Coded {
    /// The version of `schema/FORMAT.md` the ledger is written in.
    public var format = 1
    /// The name of this log in its checkpoints: a URL without schema, such as `example.com/audit/shop`.
    ///
    /// Source: https://c2sp.org/tlog-checkpoint
    public var origin = ""
    public var programVersion = ""
    /// The verifier key of its checkpoints, `NAME+HASH+KEY`.
    ///
    /// Source: https://c2sp.org/signed-note#verifier-keys
    public var signingKey = ""
    /// The log that this one goes on from, when that could not be continued.
    public var succeeds: Succession?
    /// Of the key that tokens of secrets are made with.
    public var tokenKeyID = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("format", &format)
        try coder.field("origin", &origin)
        try coder.field("programVersion", &programVersion)
        try coder.field("signingKey", &signingKey)
        try coder.field("succeeds", &succeeds)
        try coder.field("tokenKeyID", &tokenKeyID)
    }

    /// The last checkpoint that an abandoned log had published.
    public struct Succession: Coded, StoredValue, Hashable {
        /// The signed note, as it was published.
        public var checkpoint = ""
        public var origin = ""
        public var reason = ""
        public var size: Int64 = 0
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("checkpoint", &checkpoint)
            try coder.field("origin", &origin)
            try coder.field("reason", &reason)
            try coder.field("size", &size)
        }
    }
}

/// The wall clock moved against the monotonic clock: forward by more than five minutes, or back.
public struct ClockJumped: Coded {
    public var from = Timestamp(nanoseconds: 0)
    public var to = Timestamp(nanoseconds: 0)
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("from", &from)
        try coder.field("to", &to)
    }
}

public struct ProjectionRebuilt: Coded {
    /// The tables where an archive ends, folded with it from the first event.
    public struct Base: Coded, StoredValue, Hashable {
        public var states: [LedgerArchived.SavedState] = []
        /// Of the `ledger.archived`.
        public var through: Int64 = 0
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("states", &states)
            try coder.field("through", &through)
        }
    }

    /// Where folds of this version begin without the archive, when it left tables of another version.
    public var base: Base?
    public var events: Int64 = 0
    public var projection = ""
    public var version = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("base", &base)
        try coder.field("events", &events)
        try coder.field("projection", &projection)
        try coder.field("version", &version)
    }
}

public struct VerificationRun: Coded {
    public var events: Int64 = 0
    /// What is wrong first, when the ledger is not intact.
    public var finding: String?
    public var isIntact = true
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("events", &events)
        try coder.field("finding", &finding)
        try coder.field("isIntact", &isIntact)
    }
}

/// Tokens made from now on cannot be compared with earlier ones.
public struct RedactionKeyChanged: Coded {
    public var from: String?
    public var to = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("from", &from)
        try coder.field("to", &to)
    }
}
