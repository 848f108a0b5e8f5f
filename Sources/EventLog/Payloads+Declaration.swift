public import Digests

public struct EnvironmentDeclared: Coded {
    public enum Mode: String, StoredEnum { case apply, observe }

    public var mode = Mode.apply
    /// Place in the order of promotion, from 0; `nil` when it has none.
    public var promotionOrder: Int?
    /// The address of its cluster's API.
    public var server = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("mode", &mode)
        try coder.field("promotionOrder", &promotionOrder)
        try coder.field("server", &server)
    }
}

public struct ClusterConnected: Coded {
    public var serverVersion = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("serverVersion", &serverVersion)
    }
}

public struct ClusterDisconnected: Coded {
    public var reason = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("reason", &reason)
    }
}

/// An application as its manifest declares it; both when it appears and whenever it changes.
public struct ApplicationDeclaration: Coded, StoredValue {
    /// Of the manifest in canonical JSON.
    public var digest = Digest(of: "")
    public var file = ""
    public var line = 0
    /// The manifest in canonical JSON.
    public var manifest = ""
    public var mode = EnvironmentDeclared.Mode.apply
    /// Folder in the repository; of a chart from elsewhere its name.
    public var path = ""
    public var targetRevision = ""
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("digest", &digest)
        try coder.field("file", &file)
        try coder.field("line", &line)
        try coder.field("manifest", &manifest)
        try coder.field("mode", &mode)
        try coder.field("path", &path)
        try coder.field("targetRevision", &targetRevision)
    }
}

/// The manifest is gone from the declarations.
public struct ApplicationRemoved: Coded {
    /// Whether what it had deployed was pruned before, as its finalizer asked; otherwise it is left as it is.
    public var isCascaded = false
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("isCascaded", &isCascaded)
    }
}

/// The declarations at a commit cannot be read; the last readable ones stay in force.
public struct DeclarationsRejected: Coded {
    public var problems: [String] = []
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("problems", &problems)
    }
}

public struct ConfigurationChanged: Coded {
    /// Of the bytes of `tidemark.yaml`.
    public var digest = Digest(of: "")
    public init() {}

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("digest", &digest)
    }
}
