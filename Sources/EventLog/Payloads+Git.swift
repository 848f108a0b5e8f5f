public import Model

public struct RepositoryRegistered: Coded {
    /// Without user name and password.
    public var url = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("url", &url)
    }
}

/// Recorded once when a remote stops answering, not at each attempt.
public struct RepositoryUnreachable: Coded {
    public var reason = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("reason", &reason)
    }
}

public struct RepositoryReachable: Coded {
    public var attempts = 0
    public var unreachableSince = Timestamp(nanoseconds: 0)
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("attempts", &attempts)
        try coder.field("unreachableSince", &unreachableSince)
    }
}

/// A repository is not asked for anything any more, so that nothing is said of it.
public struct RepositoryDropped: Coded {
    /// Such as `no application has a chart of it`.
    public var reason = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("reason", &reason)
    }
}

public struct RefMoved: Coded {
    public enum Via: String, StoredEnum { case poll, webhook, refresh, push }

    /// `nil` when the ref is seen for the first time.
    public var from: String?
    /// Whether the old commit is no ancestor of the new one.
    public var isForced = false
    /// Such as `refs/heads/main`.
    public var ref = ""
    /// `nil` when the ref is gone.
    public var to: String?
    public var via = Via.poll
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("from", &from)
        try coder.field("isForced", &isForced)
        try coder.field("ref", &ref)
        try coder.field("to", &to)
        try coder.field("via", &via)
    }
}

/// A commit that a watched ref brought; its id is in the envelope's subjects.
public struct CommitObserved: Coded {
    public struct Person: Coded, StoredValue, Hashable {
        public var email = ""
        public var name = ""
        public var time = Timestamp(nanoseconds: 0)
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("email", &email)
            try coder.field("name", &name)
            try coder.field("time", &time)
        }
    }

    public struct Trailer: Coded, StoredValue, Hashable {
        public var key = ""
        public var value = ""
        public init() {}

        public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
            try coder.field("key", &key)
            try coder.field("value", &value)
        }
    }

    /// What is known of its signature: `unverified` when no trust file is configured, `untrusted` when
    /// the key is not in it.
    public enum Signature: String, StoredEnum {
        case none, unverified, verified, untrusted, invalid
    }

    public var author = Person()
    public var changedPaths: [String] = []
    /// How many more paths changed than are listed.
    public var changedPathsOmitted = 0
    public var committer = Person()
    public var message = ""
    public var parents: [String] = []
    public var signature = Signature.none
    /// Set when the signature is `verified`.
    public var signedBy: SignatureEvidence?
    public var trailers: [Trailer] = []
    public init() {}

    public var subject: String {
        let utf8 = message.utf8
        guard var end = utf8.firstIndex(of: UInt8(ascii: "\n")) else { return message }
        if end > utf8.startIndex, utf8[utf8.index(before: end)] == UInt8(ascii: "\r") {
            end = utf8.index(before: end)
        }
        return String(message[..<end])
    }

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("author", &author)
        try coder.field("changedPaths", &changedPaths)
        try coder.field("changedPathsOmitted", &changedPathsOmitted)
        try coder.field("committer", &committer)
        try coder.field("message", &message)
        try coder.field("parents", &parents)
        try coder.field("signature", &signature)
        try coder.field("signedBy", &signedBy)
        try coder.field("trailers", &trailers)
    }
}

/// A commit of Tidemark's own is about to be pushed.
public struct PushIntended: Coded {
    public var branch = ""
    public var commit = ""
    /// The commit the branch must still be at.
    public var expected: String?
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("branch", &branch)
        try coder.field("commit", &commit)
        try coder.field("expected", &expected)
    }
}

public struct PushFinished: Coded {
    public enum Outcome: String, StoredEnum { case pushed, notPushed, unknown }

    public var branch = ""
    public var commit = ""
    public var message: String?
    public var outcome = Outcome.pushed
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("branch", &branch)
        try coder.field("commit", &commit)
        try coder.field("message", &message)
        try coder.field("outcome", &outcome)
    }
}
