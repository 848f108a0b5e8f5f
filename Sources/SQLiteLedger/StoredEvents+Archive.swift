internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB

/// Reading what was moved into archives that are attached to the connection.
extension StoredEvents {
    /// The names of attached archives.
    func archives() throws -> [String] {
        try GRDB.Row.fetchAll(db, sql: "PRAGMA database_list").compactMap { row in
            let name = try row.text(1)
            return name.hasPrefix(Connection.archivePrefix) ? name : nil
        }
    }

    /// A payload as an archive has it.
    func archivedPayload(_ position: Int64, _ archives: [String]) throws
        -> (salt: [UInt8], bytes: [UInt8])?
    {
        for archive in archives {
            let statement = try db.cachedStatement(
                sql: "SELECT salt, bytes FROM \(archive).payload WHERE position = ?")
            if let row = try GRDB.Row.fetchOne(statement, arguments: [position]) {
                return (try row.bytes(0), try row.bytes(1))
            }
        }
        return nil
    }

    /// Whether the payload was moved into an archive, not redacted.
    func isArchived(_ position: Int64) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT type FROM redaction JOIN event ON event.position = redaction.named_by
                WHERE redaction.position = ?
                """)
        return try String.fetchOne(statement, arguments: [position]) == LedgerBase.type
    }

    /// Whether an event moved payloads into an archive.
    func isArchiving(_ position: Int64) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT type FROM event WHERE position = ?")
        return try String.fetchOne(statement, arguments: [position]) == LedgerBase.type
    }

    /// Throws when a body was moved into an archive that is not at hand.
    func requireNotArchived(_ digest: Digest) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT named_by FROM blob_redaction WHERE digest = ?")
        guard let event = try Int64.fetchOne(statement, arguments: [Data(digest.bytes)]),
            try isArchiving(event), let base = try LedgerBase(self)
        else { return }
        throw LedgerError.archived(through: base.through)
    }
}
