public import EventLog

/// A row of a projection, with its one stored form.
public protocol Row: Coded {}

/// The rows of one projection by key, remembering what changed since the last `takeChanges()`.
public struct Table<Value: Row>: Sendable {
    /// The name under which rows are stored.
    public let name: String
    private var rows: [String: Held] = [:]
    /// Of every key touched since the last `takeChanges()`, the row before; `nil` while nobody will ask.
    private var before: [String: Held?]? = [:]

    public init(_ name: String) { self.name = name }

    /// A row in a place of its own: a table that grows moves references alone, and copies of a table share the
    /// rows that do not change.
    private struct Held: Equatable, Sendable {
        private var place: [Value]

        init(_ row: Value) { place = [row] }

        var row: Value {
            _read { yield place[0] }
            _modify { yield &place[0] }
        }

        var bytes: [UInt8] { RecordEncoder.encode(row) }
    }

    public var count: Int { rows.count }
    public var keys: [String] { rows.keys.sorted() }
    /// A copy of every row.
    public var all: [String: Value] { rows.mapValues(\.row) }

    /// Hands over every row, in no particular order.
    public func forEachRow(_ body: (String, Value) throws -> Void) rethrows {
        for (key, held) in rows { try body(key, held.row) }
    }

    /// Whether there is a row of which `isMeant` is true.
    public func contains(where isMeant: (String, Value) -> Bool) -> Bool {
        rows.contains { key, held in isMeant(key, held.row) }
    }

    public subscript(key: String) -> Value? {
        get { rows[key]?.row }
        set {
            if before != nil { remember(key, rows[key]) }
            rows[key] = newValue.map(Held.init)
        }
    }

    /// Changes the row under `key` in place.
    ///
    /// - Returns: Whether there is one.
    @discardableResult
    public mutating func update(_ key: String, _ change: (inout Value) -> Void) -> Bool {
        guard let index = rows.index(forKey: key) else { return false }
        if before != nil { remember(key, rows.values[index]) }
        change(&rows.values[index].row)
        return true
    }

    /// Changes the row under `key`, making it first if there is none.
    public mutating func upsert(_ key: String, _ change: (inout Value) -> Void) {
        if update(key, change) { return }
        var row = Value()
        change(&row)
        self[key] = row
    }

    private mutating func remember(_ key: String, _ row: Held?) {
        if before?[key] == nil { before?[key] = .some(row) }
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
    /// Whether rows before their change are kept for `takeChanges()`: of no use to a fold of the past.
    mutating func keepChanges(_ isWanted: Bool) { before = isWanted ? before ?? [:] : nil }

    /// Adds what changed since the last call, in ascending order of keys; rows that are as before are left out.
    mutating func takeChanges(_ all: inout [RowChange]) {
        guard let count = before?.count, count > 0 else { return }
        all += changes()
        // The room is kept for the next batch, unless this one was out of the ordinary.
        before?.removeAll(keepingCapacity: count <= 4000)
    }

    private func changes() -> [RowChange] {
        guard let before else { return [] }
        return before.keys.sorted().compactMap { key in
            let old = before[key] ?? nil
            let new = rows[key]
            guard old != new else { return nil }
            return RowChange(projection: name, key: key, bytes: new?.bytes)
        }
    }

    /// Takes back everything since the last `takeChanges()`.
    mutating func revertChanges() {
        for (key, old) in before ?? [:] { rows[key] = old }
        before?.removeAll(keepingCapacity: true)
    }

    /// Every row in its stored form, in ascending order of keys.
    func storedRows() -> [RowChange] {
        rows.keys.sorted().map { key in
            RowChange(projection: name, key: key, bytes: rows[key]?.bytes)
        }
    }

    func forEachStoredRow(_ body: (RowChange) throws -> Void) rethrows {
        for (key, row) in rows {
            try body(RowChange(projection: name, key: key, bytes: row.bytes))
        }
    }

    /// The stored form of one row.
    func storedRow(_ key: String) -> [UInt8]? { rows[key]?.bytes }

    mutating func load(_ key: String, _ bytes: [UInt8], _ reader: inout RecordReader)
        throws(CodecError)
    {
        rows[key] = Held(try reader.value(Value.self, in: bytes, bytes.indices))
    }
}
