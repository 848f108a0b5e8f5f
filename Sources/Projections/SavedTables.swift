public import EventLog
public import Model

extension LedgerState {
    /// The rows of one table in canonical form: what `ledger.archived` keeps the digest of.
    public struct SavedTable: Equatable, Sendable {
        public var name: String
        /// For each row, in ascending order of keys: the length of its key in four bytes, big-endian, the key,
        /// the length of its value likewise, the value.
        public var bytes: [UInt8]

        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// Every table that has rows.
    public func savedTables() -> [SavedTable] {
        var tables: [SavedTable] = []
        for row in storedRows() {
            guard let value = row.bytes else { continue }
            if tables.last?.name != row.projection {
                tables.append(SavedTable(name: row.projection, bytes: []))
            }
            let last = tables.count - 1
            for part in [Array(row.key.utf8), value] {
                let count = UInt32(part.count)
                for shift in [24, 16, 8, 0] as [UInt32] {
                    tables[last].bytes.append(UInt8(truncatingIfNeeded: count >> shift))
                }
                tables[last].bytes += part
            }
        }
        return tables
    }

    /// The state that saved tables give, at the position they were saved at.
    public init(
        saved tables: [SavedTable], position: Int64, recordedAt: Timestamp?
    ) throws(CodecError) {
        var rows: [RowChange] = []
        for table in tables {
            var rest = table.bytes[...]
            func part() throws(CodecError) -> [UInt8] {
                let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
                guard rest.count >= 4 + count else {
                    throw CodecError.malformed(
                        expected: "\(count) bytes", offset: table.bytes.count - rest.count)
                }
                defer { rest = rest.dropFirst(4 + count) }
                return Array(rest.dropFirst(4).prefix(count))
            }
            while !rest.isEmpty {
                let key = String(decoding: try part(), as: UTF8.self)
                rows.append(RowChange(projection: table.name, key: key, bytes: try part()))
            }
        }
        try self.init(rows: rows, position: position, recordedAt: recordedAt)
    }
}
