internal import EventLog
internal import GRDB
internal import Projections

/// Brings the stored rows of one version of the present up to the last event, a page at a time.
///
/// Rows of different versions stand beside each other. A version that is new is folded from the first
/// event while the rows of the old one stay as they are; when it has caught up it is the one that is
/// kept, and the others are dropped. Each page is a transaction with the position it reaches, so that
/// whoever is killed in the middle goes on from there.
struct ProjectionCatchUp {
    private let database: DatabaseQueue
    private let archives: Archives
    private let version: Int
    private(set) var state: LedgerState
    private var reader = RecordReader()

    /// How many events are folded in one transaction.
    static let pageSize = 20_000
    /// How many rows of another version are dropped in one transaction.
    private static let rowsAtOnce = 10_000

    /// Begins where the stored rows end, or anew when there are none that can be read.
    ///
    init(_ database: DatabaseQueue, _ archives: Archives = .none, version: Int) throws {
        self.database = database
        self.archives = archives
        self.version = version
        let stored = try database.read { db in
            try StoredEvents(db: db, version: version).storedState()
        }
        if let stored {
            state = stored
            return
        }
        let start = try database.read { db in
            try LedgerBase.start(StoredEvents(db: db, version: version, archives: archives))
        }
        state = start
        try database.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try Statements(db, version: version).replaceRows(with: start)
                return .commit
            }
        }
    }

    /// Folds the next page and stores the rows it changes.
    ///
    /// After an error this value is of no more use: the state may be ahead of the rows.
    ///
    /// - Returns: Whether there may be more.
    mutating func step() throws -> Bool {
        let before = state.position
        let page = try database.read { db in
            try StoredEvents(db: db, version: version, archives: archives)
                .wholePage(after: before, limit: Self.pageSize)
        }
        let hasMore = page.places.count == Self.pageSize
        return try database.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                guard !page.places.isEmpty else { return .commit }
                try state.fold(page.events(&reader))
                let statements = try Statements(db, version: version)
                for change in state.takeChanges() { try statements.store(change) }
                try statements.storePosition(state.position, from: before)
                return .commit
            }
            if hasMore { try db.checkpoint(.passive) }
            return hasMore
        }
    }

    /// Drops the rows of every other version.
    func dropOthers() throws {
        var hasMore = true
        while hasMore {
            hasMore = try database.writeWithoutTransaction { db in
                var dropped = 0
                try db.inTransaction(.immediate) {
                    try db.execute(
                        sql: "DELETE FROM projection WHERE version <> ?", arguments: [version])
                    dropped = db.changesCount
                    try db.execute(
                        sql: """
                            DELETE FROM projection_row WHERE (version, projection, key) IN (
                                SELECT version, projection, key FROM projection_row
                                WHERE version < ?1 OR version > ?1 LIMIT ?2)
                            """, arguments: [version, Self.rowsAtOnce])
                    dropped += db.changesCount
                    return .commit
                }
                return dropped > 0
            }
        }
    }
}
