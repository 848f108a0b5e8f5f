internal import GRDB
internal import GRDBSQLite

/// A prepared statement, bound, stepped and read through SQLite's own interface.
///
/// For the statements that run for every event: values go in and come out without being wrapped, and
/// bytes are read where SQLite keeps them. Everything else uses GRDB.
struct RawStatement {
    /// Keeps `handle` alive.
    private let statement: GRDB.Statement
    private let handle: OpaquePointer

    init(_ db: Database, _ sql: String) throws { self.init(try db.makeStatement(sql: sql)) }

    /// The statement that the connection keeps for this text.
    init(cached sql: String, _ db: Database) throws {
        self.init(try db.cachedStatement(sql: sql))
        sqlite3_reset(handle)
    }

    private init(_ statement: GRDB.Statement) {
        self.statement = statement
        handle = statement.sqliteStatement
    }

    /// The copy that SQLite makes of what it is given.
    /// Source: https://www.sqlite.org/c3ref/c_static.html
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            _ = utf8.withMemoryRebound(to: CChar.self) { characters in
                sqlite3_bind_text(
                    handle, index, characters.baseAddress, Int32(characters.count), Self.transient)
            }
        }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            _ = sqlite3_bind_blob(
                handle, index, buffer.baseAddress, Int32(buffer.count), Self.transient)
        }
    }

    /// Runs the statement to its end with `bytes` bound where they stand.
    func run(_ index: Int32, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { buffer in
            if let start = buffer.baseAddress, !buffer.isEmpty {
                sqlite3_bind_blob(handle, index, start, Int32(buffer.count), nil)
            } else {
                sqlite3_bind_zeroblob(handle, index, 0)
            }
            // What is bound must not outlive this closure.
            defer { sqlite3_bind_null(handle, index) }
            try run()
        }
    }

    /// Runs the statement to its end, for what it does.
    func run() throws {
        defer { sqlite3_reset(handle) }
        while try step() {}
    }

    /// Goes to the next row; `false` after the last one.
    ///
    /// Then, or when it is left before, `reset()` is due.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
            sqlite3_reset(handle)
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
        }
    }

    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// The bytes of a column; they are gone with the next step.
    func bytes(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return UnsafeBufferPointer(
            start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
    }

    /// The first column of the only row, as an integer; `nil` without a row.
    func onlyInteger() throws -> Int64? {
        defer { reset() }
        return try step() ? integer(0) : nil
    }
}
