internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB

/// What the ledger says of payloads and bodies that were moved into archives.
extension StoredEvents {
    /// Whether an event moved payloads into an archive.
    func isArchiving(_ position: Int64) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT type FROM event WHERE position = ?")
        return try String.fetchOne(statement, arguments: [position]) == LedgerBase.type
    }

    /// The event that named a body first when it was removed; `nil` when it never was.
    func remover(of digest: Digest) throws -> Int64? {
        let statement = try db.cachedStatement(
            sql: "SELECT named_by FROM blob_redaction WHERE digest = ?")
        return try Int64.fetchOne(statement, arguments: [Data(digest.bytes)])
    }

    /// Throws when a body was moved into an archive that is not at hand.
    func requireNotArchived(_ digest: Digest) throws {
        guard let event = try remover(of: digest), try isArchiving(event),
            let base = try LedgerBase(self)
        else { return }
        throw LedgerError.archived(through: base.through)
    }
}
