public import EventLog

/// A row of a projection, with its one stored form.
public protocol Row: Coded {}

/// The rows of one projection by key, remembering what changed since the last `takeChanges()`.
public struct Table<Value: Row>: Sendable {
    /// The name under which rows are stored.
    public let name: String
    private var rows: [String: Value] = [:]
    /// Of every key touched since the last `takeChanges()`, the row before.
    private var before: [String: Value?] = [:]

    public init(_ name: String) { self.name = name }

    public var count: Int { rows.count }
    public var keys: [String] { rows.keys.sorted() }
    public var all: [String: Value] { rows }

    public subscript(key: String) -> Value? {
        get { rows[key] }
        set {
            remember(key)
            rows[key] = newValue
        }
    }

    /// Changes the row under `key`, if there is one, in place.
    public mutating func update(_ key: String, _ change: (inout Value) -> Void) {
        guard rows[key] != nil else { return }
        remember(key)
        change(&rows[key, default: Value()])
    }

    /// Changes the row under `key`, making it first if there is none.
    public mutating func upsert(_ key: String, _ change: (inout Value) -> Void) {
        remember(key)
        change(&rows[key, default: Value()])
    }

    private mutating func remember(_ key: String) {
        if before[key] == nil { before[key] = .some(rows[key]) }
    }
}

/// A row to store, or to delete when there are no bytes.
public struct RowChange: Hashable, Sendable {
    public var projection: String
    public var key: String
    public var bytes: [UInt8]?

    public init(projection: String, key: String, bytes: [UInt8]?) {
        self.projection = projection
        self.key = key
        self.bytes = bytes
    }
}

extension Table {
    /// What changed since the last call, in ascending order of keys; rows that are as before are left out.
    mutating func takeChanges() -> [RowChange] {
        defer { before.removeAll(keepingCapacity: true) }
        return before.keys.sorted().compactMap { key in
            let old = before[key] ?? nil
            let new = rows[key]
            guard old != new else { return nil }
            return RowChange(projection: name, key: key, bytes: new.map(RecordEncoder.encode))
        }
    }

    /// Takes back everything since the last `takeChanges()`.
    mutating func revertChanges() {
        for (key, old) in before { rows[key] = old }
        before.removeAll(keepingCapacity: true)
    }

    /// Every row in its stored form, in ascending order of keys.
    func storedRows() -> [RowChange] {
        rows.keys.sorted().map { key in
            RowChange(projection: name, key: key, bytes: rows[key].map(RecordEncoder.encode))
        }
    }

    mutating func load(_ key: String, _ bytes: [UInt8]) throws(CodecError) {
        rows[key] = try RecordDecoder.decode(Value.self, from: bytes)
    }
}
