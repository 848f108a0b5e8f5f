public import Model

/// Which Kubernetes objects are meant; a part that is `nil` matches all.
public struct ObjectPattern: Hashable, Sendable {
    /// In any case: `deployment` means `Deployment`.
    public var kind: String?
    public var namespace: String?
    public var name: String?

    public init(kind: String? = nil, namespace: String? = nil, name: String? = nil) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }
}

/// Which events a query asks for; every part that is given must hold.
public struct EventFilter: Hashable, Sendable {
    public var environment: String?
    public var application: String?
    public var object: ObjectPattern?
    /// The actor's id, such as `uid:1000`.
    public var actor: String?
    /// Any of these types; empty means all.
    public var types: Set<String> = []
    /// Recorded at or after.
    public var since: Timestamp?
    /// Recorded at or before.
    public var until: Timestamp?
    /// The sync (or saved plan) the events belong to or are of, such as `sync-42`.
    public var sync: String?
    public var repository: String?
    /// The id of a commit, or the beginning of one.
    public var commit: String?
    public var positions: ClosedRange<Int64>?

    public init() {}

    /// Makes a filter by setting the parts that are wanted.
    public init(_ fill: (inout Self) -> Void) {
        self.init()
        fill(&self)
    }

    /// Events of some types about an application, up to a position.
    public init(_ types: Set<String>, of application: String, upTo position: Int64) {
        self.application = application
        self.types = types
        positions = 1...max(1, position)
    }

    /// Whether the event is asked for.
    public func matches(_ envelope: Envelope) -> Bool {
        let subjects = envelope.subjects
        let commitMatches =
            commit.map { subjects.commit?.utf8.starts(with: $0.utf8) == true } ?? true
        return (environment == nil || subjects.environment == environment)
            && (application == nil || subjects.application == application)
            && (object?.matches(subjects.object) ?? true)
            && (actor == nil || envelope.actor.id == actor)
            && (types.isEmpty || types.contains(envelope.type))
            && since.map { envelope.recordedAt >= $0 } ?? true
            && until.map { envelope.recordedAt <= $0 } ?? true
            && (sync == nil || envelope.correlation == sync || envelope.stream == sync)
            && (repository == nil || subjects.repository == repository) && commitMatches
            && (positions?.contains(envelope.position) ?? true)
    }
}

extension ObjectPattern {
    func matches(_ key: ObjectKey?) -> Bool {
        if self == ObjectPattern() { return true }
        guard let key else { return false }
        return (kind == nil || key.kind.lowercased() == kind?.lowercased())
            && (namespace == nil || key.namespace == namespace) && (name == nil || key.name == name)
    }
}

/// One row of the ledger's index table: that an event is about something.
public struct IndexEntry: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case actor, application, commit, environment, kind, name, namespace, repository, sync, type
    }

    public var kind: Kind
    public var value: String

    public init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }
}

extension Envelope {
    /// What the event is found by.
    public var indexEntries: [IndexEntry] {
        var entries = [IndexEntry(.actor, actor.id), IndexEntry(.type, type)]
        func add(_ kind: IndexEntry.Kind, _ value: String?) {
            if let value { entries.append(IndexEntry(kind, value)) }
        }
        add(.application, subjects.application)
        add(.commit, subjects.commit)
        add(.environment, subjects.environment)
        add(.kind, subjects.object?.kind.lowercased())
        add(.name, subjects.object?.name)
        add(.namespace, subjects.object?.namespace)
        add(.repository, subjects.repository)
        add(.sync, correlation)
        if stream != correlation, !stream.contains("/") { add(.sync, stream) }
        return entries
    }
}
