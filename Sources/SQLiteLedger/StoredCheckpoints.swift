internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB

/// The signed heads of the tree, each with the cosignatures that came for it.
///
/// Derived from the events
/// `checkpoint.signed` and `checkpoint.witnessed`.
struct StoredCheckpoints {
    let db: Database

    /// Brings the table up to events that were just recorded.
    func fold(_ events: some Sequence<RecordedEvent>) throws {
        for recorded in events {
            switch recorded.event {
            case .checkpointSigned(let signed):
                try db.execute(
                    sql: "INSERT OR IGNORE INTO checkpoint (size, root, note) VALUES (?, ?, ?)",
                    arguments: [
                        signed.size, Data(signed.root.bytes), Data(signed.note.utf8),
                    ])
            case .checkpointWitnessed(let witnessed):
                guard let note = try note(of: witnessed.size) else { continue }
                try db.execute(
                    sql: "UPDATE checkpoint SET note = ? WHERE size = ?",
                    arguments: [Data(witnessed.added(to: note)), witnessed.size])
            default: continue
            }
        }
    }

    private func note(of size: Int64) throws -> [UInt8]? {
        try Data.fetchOne(
            db, sql: "SELECT note FROM checkpoint WHERE size = ?", arguments: [size]
        ).map { [UInt8]($0) }
    }

    /// Those over trees of at least `size` leaves, the largest first.
    func covering(_ size: Int64, limit: Int) throws -> [SignedCheckpoint] {
        try Data.fetchAll(
            db, sql: "SELECT note FROM checkpoint WHERE size >= ? ORDER BY size DESC LIMIT ?",
            arguments: [size, limit]
        ).map(Self.read)
    }

    /// The smallest that covers `size` leaves.
    func first(covering size: Int64) throws -> SignedCheckpoint? {
        try Data.fetchOne(
            db, sql: "SELECT note FROM checkpoint WHERE size >= ? ORDER BY size LIMIT 1",
            arguments: [size]
        ).map(Self.read)
    }

    private static func read(_ note: Data) throws -> SignedCheckpoint {
        do throws(ProofError) {
            return try SignedCheckpoint(parsing: [UInt8](note))
        } catch {
            throw LedgerError.corrupt(
                position: nil, reason: "a stored checkpoint cannot be read: \(error.summary)")
        }
    }

    /// Every row as `size root note`, to be compared with what the events give.
    func rows() throws -> [Int64: CheckpointBytes] {
        let cursor = try GRDB.Row.fetchCursor(db, sql: "SELECT size, root, note FROM checkpoint")
        var rows: [Int64: CheckpointBytes] = [:]
        while let row = try cursor.next() {
            rows[try row.integer(0)] = CheckpointBytes(
                root: try row.bytes(1), note: try row.bytes(2))
        }
        return rows
    }
}

/// A row of the table, as bytes.
struct CheckpointBytes: Equatable, Sendable {
    var root: [UInt8]
    var note: [UInt8]
}

extension CheckpointWitnessed {
    /// A note with this cosignature under it.
    func added(to note: [UInt8]) -> [UInt8] { note + Array(cosignature.utf8) + [0x0A] }
}
