internal import EventLog
internal import GRDB
internal import Projections

/// The state that an archive left in the ledger: where folds begin.
struct LedgerBase: Sendable {
    var through: Int64
    /// The tables, of the version that is asked for where there are such.
    var states: [LedgerArchived.SavedState]
    /// That version.
    let version: Int

    static let type = EventCodec.name(of: .ledgerArchived(LedgerArchived())).type
    private static let rebuilt = EventCodec.name(of: .projectionRebuilt(ProjectionRebuilt())).type

    /// The base of the newest archive; `nil` when nothing was archived.
    init?(_ stored: StoredEvents) throws {
        // Not through the index of subjects, which may be what is being made anew. Archives follow each other,
        // so the last payload that one has moved is that of the newest.
        let statement = try stored.db.cachedStatement(
            sql: """
                SELECT named_by FROM redaction JOIN event ON event.position = named_by
                WHERE type = ? ORDER BY redaction.position DESC LIMIT 1
                """)
        guard let position = try Int64.fetchOne(statement, arguments: [Self.type]),
            case .ledgerArchived(let archived)? = try stored.event(at: position)?.event
        else { return nil }
        through = archived.through
        states = archived.states
        version = stored.version
        if !isCurrent, let states = try Self.rebuilt(stored, archived, after: position) {
            self.states = states
        }
    }

    /// Whether the tables are of the version that is asked for.
    var isCurrent: Bool { states.allSatisfy { $0.version == version } }

    /// The tables that a rebuild with the archive has left since.
    private static func rebuilt(
        _ stored: StoredEvents, _ archived: LedgerArchived, after position: Int64
    ) throws -> [LedgerArchived.SavedState]? {
        let statement = try stored.db.cachedStatement(
            sql: """
                SELECT position FROM event WHERE stream = ? AND type = ? AND position > ?
                ORDER BY stream_version DESC
                """)
        let positions = try Int64.fetchAll(
            statement, arguments: [LedgerState.Stream.ledger, Self.rebuilt, position])
        for position in positions {
            guard case .projectionRebuilt(let payload)? = try stored.event(at: position)?.event,
                let base = payload.base, base.through == archived.through,
                payload.version == stored.version
            else { continue }
            return base.states
        }
        return nil
    }

    /// Where folds begin: the state that the newest archive left, or the first event.
    ///
    /// With all archives at hand tables of another version are not needed.
    ///
    /// - Throws: `.outdatedBase`, or `.missingArchives` when only some are.
    static func start(_ stored: StoredEvents) throws -> LedgerState {
        guard let base = try LedgerBase(stored) else { return LedgerState() }
        if !base.isCurrent, !stored.archives.isEmpty {
            try stored.requireAllArchives()
            return LedgerState()
        }
        return try base.state(stored)
    }

    /// The base of the newest archive, for a fold to `position` that lacks what was moved there.
    ///
    /// - Throws: `.archived` when that is before the end of the archive.
    static func atHand(_ stored: StoredEvents, at position: Int64) throws -> LedgerBase {
        let base = try LedgerBase(stored)
        guard let base, base.through <= position else {
            throw LedgerError.archived(through: base?.through ?? position)
        }
        return base
    }

    /// Reads the saved rows, each table compared with its digest.
    ///
    /// - Throws: `.outdatedBase` when they are of another version.
    func state(_ stored: StoredEvents) throws -> LedgerState {
        var tables: [LedgerState.SavedTable] = []
        for saved in states {
            guard saved.version == version else {
                throw LedgerError.outdatedBase(
                    OutdatedBase(
                        through: through, saved: saved.version, wanted: version,
                        archives: try stored.recordedArchives()))
            }
            guard let bytes = try stored.blob(saved.digest) else {
                throw LedgerError.corrupt(
                    position: nil, reason: "the saved state of \(saved.projection) is missing")
            }
            tables.append(LedgerState.SavedTable(name: saved.projection, bytes: bytes))
        }
        let time = try stored.event(at: through)?.envelope.recordedAt
        return try LedgerState(saved: tables, position: through, recordedAt: time)
    }
}

/// The tables of a state, to be kept as bodies and named by an event.
struct SavedBase: Sendable {
    var states: [LedgerArchived.SavedState]
    var blobs: [Blob]

    init(_ state: LedgerState, version: Int) {
        let tables = state.savedTables()
        blobs = tables.map { Blob($0.bytes) }
        states = zip(tables, blobs).map { table, blob in
            LedgerArchived.SavedState {
                $0.projection = table.name
                $0.version = version
                $0.digest = blob.digest
            }
        }
    }
}

extension LedgerBase {
    /// Folds to the end of the newest archive from the first event, with the archives at hand.
    ///
    /// - Returns: What is to be put on record, with its bodies; `nil` when that is there.
    /// - Throws: `.corrupt` when the tables on record are of this version, and others.
    static func refolded(_ stored: StoredEvents) throws
        -> (base: ProjectionRebuilt.Base, blobs: [Blob])?
    {
        guard let base = try LedgerBase(stored) else { return nil }
        try stored.requireAllArchives()
        var state = LedgerState.past()
        try stored.fold(into: &state, upTo: base.through)
        let saved = SavedBase(state, version: base.version)
        if base.isCurrent {
            guard saved.states == base.states else {
                throw LedgerError.corrupt(
                    position: base.through,
                    reason: "the tables that the archive left are not what its events give")
            }
            return nil
        }
        let found = ProjectionRebuilt.Base {
            $0.states = saved.states
            $0.through = base.through
        }
        return (found, saved.blobs)
    }
}
