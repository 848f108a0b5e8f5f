public import Model

/// The first event of every ledger.
public struct LedgerOpened: Coded {
    /// The version of `schema/FORMAT.md` the ledger is written in.
    public var format = 1
    public var programVersion = ""
    /// Of the key that tokens of secrets are made with.
    public var tokenKeyID = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("format", &format)
        try coder.field("programVersion", &programVersion)
        try coder.field("tokenKeyID", &tokenKeyID)
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
    public var events: Int64 = 0
    public var projection = ""
    public var version = 0
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
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
