public import EventLog
internal import GRDB

extension SQLiteLedger {
    /// The version of the SQLite library that this process runs with, such as `3.40.1`.
    public static func libraryVersion() throws(LedgerError) -> String {
        do {
            return try DatabaseQueue().read { db in
                try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? ""
            }
        } catch { throw LedgerError(error) }
    }
}
