public import Digests
public import Model

/// Who or what caused an event, and how that is known.
public struct Actor: Coded, StoredValue, Hashable {
    public enum Kind: String, StoredEnum {
        case user, system, fieldManager, commitAuthor
    }

    /// How the identity was established; what somebody merely claims is `asserted`.
    public enum Authentication: String, StoredEnum {
        case unixPeer, oidc, sshSignature, forgeReview, system, asserted
    }

    public var authentication = Authentication.system
    /// Such as `uid:1000`, `reconciler` or `kubectl-edit`.
    public var id = ""
    public var kind = Kind.system
    public var onBehalfOf: String?

    public init() {}

    public init(kind: Kind, id: String, authentication: Authentication, onBehalfOf: String? = nil) {
        self.kind = kind
        self.id = id
        self.authentication = authentication
        self.onBehalfOf = onBehalfOf
    }

    /// Tidemark acting by itself.
    public static let reconciler = Actor(kind: .system, id: "reconciler", authentication: .system)

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("authentication", &authentication)
        try coder.field("id", &id)
        try coder.field("kind", &kind)
        try coder.field("onBehalfOf", &onBehalfOf)
    }

    public init(readingFrom decoder: inout RecordDecoder) throws(CodecError) {
        self = try decoder.readActor()
    }
}

/// What an event is about; each that is set is also a row of the ledger's index table.
public struct Subjects: Coded, StoredValue, Hashable {
    public var application: String?
    /// The full id of a Git commit.
    public var commit: String?
    public var environment: String?
    public var object: ObjectKey?
    public var repository: String?

    public init() {}

    public init(
        application: String? = nil, commit: String? = nil, environment: String? = nil,
        object: ObjectKey? = nil, repository: String? = nil
    ) {
        self.application = application
        self.commit = commit
        self.environment = environment
        self.object = object
        self.repository = repository
    }

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("application", &application)
        try coder.field("commit", &commit)
        try coder.field("environment", &environment)
        try coder.field("object", &object)
        try coder.field("repository", &repository)
    }
}

/// What is stored and hashed of every event, besides its payload.
///
/// The Merkle leaf of an event is SHA-256(0x00 ‖ the canonical bytes of this); the payload is bound by
/// `payloadHash`, so that it can be redacted and every proof stays valid. See `schema/FORMAT.md`.
public struct Envelope: Coded {
    public var actor = Actor()
    /// The event that led to this one.
    public var causation: EventID?
    /// The sync it belongs to, such as `sync-42`.
    public var correlation: String?
    public var id = EventID.none
    /// When it happened, by the clock of whoever saw it.
    public var occurredAt = Timestamp(nanoseconds: 0)
    /// SHA-256(salt ‖ payload bytes), with sixteen random bytes of salt.
    public var payloadHash = Digest(of: "")
    /// Dense from 1; the leaf index of the Merkle tree is one less.
    public var position: Int64 = 0
    /// When it was appended, by the ledger's clock; never decreases.
    public var recordedAt = Timestamp(nanoseconds: 0)
    public var stream = ""
    /// Dense from 1 within its stream.
    public var streamVersion: Int64 = 0
    public var subjects = Subjects()
    /// A literal of `Event`, such as `sync.started`.
    public var type = ""
    /// The version of the payload's shape.
    public var version = 0

    public init() {}

    /// The bytes that are stored and hashed.
    public func encoded() -> [UInt8] { RecordEncoder.encode(self) }

    /// The bytes of one that is to be recorded.
    ///
    /// - Throws: `CodecError.unknownValue` when a value of it has no stored form.
    public func encodedChecked() throws(CodecError) -> [UInt8] {
        var encoder = RecordEncoder()
        encoder.append(object: self)
        return try encoder.finish()
    }

    /// The most bytes an envelope may have: a tlog-tiles entry has a 16-bit length.
    ///
    /// Source: https://c2sp.org/tlog-tiles#log-entries
    public static let maxBytes = 65_535

    public mutating func code(_ coder: inout some FieldCoder) throws(CodecError) {
        try coder.field("actor", &actor)
        try coder.field("causation", &causation)
        try coder.field("correlation", &correlation)
        try coder.field("id", &id)
        try coder.field("occurredAt", &occurredAt)
        try coder.field("payloadHash", &payloadHash)
        try coder.field("position", &position)
        try coder.field("recordedAt", &recordedAt)
        try coder.field("stream", &stream)
        try coder.field("streamVersion", &streamVersion)
        try coder.field("subjects", &subjects)
        try coder.field("type", &type)
        try coder.field("version", &version)
    }
}

/// An event on its way into the ledger, which gives it its position, version and time of recording.
public struct NewEvent: Equatable, Sendable {
    public var id: EventID
    public var event: Event
    public var stream: String
    public var subjects: Subjects
    public var actor: Actor
    public var occurredAt: Timestamp
    public var correlation: String?
    public var causation: EventID?

    public init(
        id: EventID, _ event: Event, stream: String, subjects: Subjects, actor: Actor = .reconciler,
        occurredAt: Timestamp, correlation: String? = nil, causation: EventID? = nil
    ) {
        self.id = id
        self.event = event
        self.stream = stream
        self.subjects = subjects
        self.actor = actor
        self.occurredAt = occurredAt
        self.correlation = correlation
        self.causation = causation
    }
}

/// An event as it stands in the ledger.
///
/// It is handed from thread to thread and from list to list: what it holds has one place, to which copies refer.
public struct RecordedEvent: Sendable {
    private var content: Content

    private final class Content: Sendable {
        let envelope: Envelope
        let event: Event?
        let isArchived: Bool

        init(_ envelope: consuming Envelope, _ event: consuming Event?, isArchived: Bool) {
            self.envelope = envelope
            self.event = event
            self.isArchived = isArchived
        }
    }

    public init(
        envelope: consuming Envelope, event: consuming Event?, isArchived: Bool = false
    ) {
        content = Content(envelope, event, isArchived: isArchived)
    }

    public var envelope: Envelope {
        _read { yield content.envelope }
        set { content = Content(newValue, content.event, isArchived: content.isArchived) }
    }

    /// `nil` once the payload was redacted or archived.
    public var event: Event? {
        _read { yield content.event }
        set { content = Content(content.envelope, newValue, isArchived: content.isArchived) }
    }

    /// Whether the payload is in an archive that is not at hand.
    public var isArchived: Bool { content.isArchived }

    public var position: Int64 { content.envelope.position }
    public var subjects: Subjects { _read { yield content.envelope.subjects } }
}

extension RecordedEvent: Equatable {
    public static func == (a: RecordedEvent, b: RecordedEvent) -> Bool {
        a.content === b.content
            || a.envelope == b.envelope && a.event == b.event && a.isArchived == b.isArchived
    }
}

/// What an append expects of a stream: the guard against two writers deciding from the same state.
public enum ExpectedVersion: Hashable, Sendable {
    case any
    /// The stream has no events yet.
    case noStream
    case exactly(Int64)
}
