internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB
internal import Model
internal import Projections

/// The one owner of the read-write connection.
///
/// 1. `state` and `tree` are what the committed events give. They change only inside `commit`, together with the rows.
/// 2. A transaction holds a group of batches, each under a savepoint: a batch that is refused leaves
///    nothing behind and does not touch the others.
/// 3. After a failed transaction nothing in memory is trusted: connection and state are made anew from
///    the file before the next append. After an I/O error the file is not trusted either, and verified
///    first: what the kernel said was written may not be.
/// 4. Checkpoints run between transactions, by this connection alone.
struct Writer {
    let path: String
    let time: TimeSource
    let random: RandomSource
    let reserve: Reserve
    private let lock: WriterLock

    fileprivate var database: DatabaseQueue?
    fileprivate(set) var state = LedgerState()
    /// The tree over the committed events; it changes as `state` does.
    var tree = CompactRange()
    fileprivate(set) var isFull = false
    /// What the clocks said at the last append of this process.
    var lastReading: (now: Timestamp, uptime: Duration)?
    /// A jump that is not yet on record.
    var pendingJump: ClockJumped?
    fileprivate var bytesSinceCheckpoint = 0
    /// Whether an I/O error happened since the file was last found intact.
    private(set) var isSuspect = false

    /// Opens the file of a lock that is already held.
    ///
    /// - Parameter isNew: Whether the file may be without its first event still.
    init(
        path: String, lock: WriterLock, time: TimeSource, random: RandomSource, isNew: Bool = false
    ) throws(LedgerError) {
        self.path = path
        self.lock = lock
        self.time = time
        self.random = random
        reserve = Reserve(of: path)
        isFull = !reserve.take()
        try reopen()
        guard isNew || state.position > 0 else {
            throw LedgerError.notALedger(path: path, reason: "it holds no event")
        }
    }

    /// Makes connection and state anew from the file.
    fileprivate mutating func reopen() throws(LedgerError) {
        do {
            try database?.close()
            database = nil
            let fresh = try Connection.writing(path)
            let path = path
            let (state, isRefolded, tree) = try fresh.writeWithoutTransaction { db in
                try Connection.checkFormat(db, path: path)
                let (state, isRefolded) = try StoredEvents(db: db).state()
                let tree = try TreeNodes(db: db).completed(upTo: state.position)
                return (state, isRefolded, tree)
            }
            database = fresh
            self.state = state
            self.tree = tree
            if isRefolded { try storeAllRows() }
            if isSuspect { try verify(fresh) }
        } catch {
            abandonConnection()
            throw LedgerError(error)
        }
    }

    /// Checks every event, body and row; only then is the file trusted again.
    private mutating func verify(_ database: DatabaseQueue) throws {
        var verification = LedgerVerification()
        var hasMore = true
        while hasMore {
            hasMore = try database.read { db in
                try verification.checkPage(StoredEvents(db: db))
            }
        }
        var findings = verification.report.findings
        var number: Int64? = 0
        while let after = number {
            let (found, last) = try database.read { db in
                try StoredEvents(db: db).checkBlobs(after: after)
            }
            findings += found
            number = last
        }
        if let finding = findings.first {
            throw LedgerError.corrupt(position: finding.position, reason: finding.description)
        }
        isSuspect = false
    }

    /// The open connection, made anew after a failure.
    fileprivate mutating func connection() throws -> DatabaseQueue {
        if let database { return database }
        try reopen()
        guard let database else { throw LedgerError.io("the connection is closed") }
        return database
    }

    mutating func close() {
        // What is not checkpointed stays in the WAL and is read from there.
        try? database?.close()
        database = nil
    }
}

typealias AppendResult = Result<[RecordedEvent], LedgerError>

extension Writer {
    /// Records a group of batches in one transaction; the results are in the order of the batches.
    mutating func commit(_ batches: [AppendBatch]) -> [AppendResult] {
        if isFull, reserve.take() { isFull = false }
        var results = attempt(batches) { [isFull] in !isFull || $0.isOutcome }
        let fullBefore = isFull
        if results.contains(.failure(.full)), !fullBefore {
            reserve.release()
            isFull = true
            // The effects behind these have happened: they are worth the reserve.
            let retried = attempt(batches) { $0.isOutcome }
            for index in batches.indices where results[index] == .failure(.full) {
                results[index] = retried[index]
            }
        }
        checkpointIfDue()
        return results
    }

    private mutating func attempt(
        _ batches: [AppendBatch], _ isAllowed: (AppendBatch) -> Bool
    ) -> [AppendResult] {
        var results = [AppendResult](repeating: .failure(.full), count: batches.count)
        let allowed = batches.indices.filter { isAllowed(batches[$0]) }
        guard !allowed.isEmpty else { return results }
        let clocks = (lastReading, pendingJump)
        do {
            let database = try connection()
            let before = state.position
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    for index in allowed {
                        results[index] = try append(batches[index], db)
                    }
                    if state.position != before { try storePosition(db, from: before) }
                    return .commit
                }
            }
        } catch {
            let failure = LedgerError(error)
            for index in allowed { results[index] = .failure(failure) }
            // A jump of the clock that was put on record in vain is noticed again.
            (lastReading, pendingJump) = clocks
            if case .full = failure {} else { isSuspect = true }
            abandonConnection()
        }
        return results
    }

    /// One batch under its savepoint; an error that is thrown dooms the whole transaction.
    private mutating func append(_ batch: AppendBatch, _ db: Database) throws -> AppendResult {
        var result = AppendResult.success([])
        do {
            try db.inSavepoint {
                result = .success(try insert(batch, db))
                return .commit
            }
        } catch let refusal as LedgerError {
            if case .corrupt = refusal { throw refusal }
            result = .failure(refusal)
        }
        return result
    }

    /// Closes a connection whose transaction failed: what it holds in memory may differ from the file.
    ///
    /// Source: https://www.usenix.org/conference/atc20/presentation/rebello (a failed fsync is not to be retried)
    private mutating func abandonConnection() {
        try? database?.close()
        database = nil
    }

    /// The present; after a failure the file is opened again first.
    mutating func present() throws(LedgerError) -> LedgerState {
        do { _ = try connection() } catch { throw LedgerError(error) }
        return state
    }

    mutating func fold(_ events: [RecordedEvent], _ db: Database) throws {
        for event in events { state.apply(event) }
        let rows = Statements(db: db)
        for change in state.takeChanges() { try rows.store(change) }
    }

    func storePosition(_ db: Database, from before: Int64) throws {
        let statement = try db.cachedStatement(
            sql: "UPDATE projection SET position = ? WHERE name = ? AND position = ?")
        try statement.execute(arguments: [state.position, StoredEvents.projection, before])
        guard db.changesCount == 1 else {
            throw LedgerError.corrupt(
                position: before, reason: "the projection is not at position \(before)")
        }
    }

    mutating func note(bytes: Int) { bytesSinceCheckpoint += bytes }

    private mutating func checkpointIfDue() {
        // Each transaction also rewrites some pages of the indexes.
        bytesSinceCheckpoint += 32 << 10
        guard bytesSinceCheckpoint > 8 << 20, let database else { return }
        bytesSinceCheckpoint = 0
        do {
            _ = try database.writeWithoutTransaction { db in try db.checkpoint(.passive) }
        } catch {
            // One that cannot finish (a reader is in the way, the disk is full) loses nothing: the events are
            // durable in the WAL, and the next one takes over. One whose writes failed may not be retried.
            let code = (error as? DatabaseError)?.resultCode
            if code == .SQLITE_IOERR || code == .SQLITE_CORRUPT {
                isSuspect = true
                abandonConnection()
            }
        }
    }

    /// Writes every row and the index anew from the state.
    mutating func storeAllRows() throws {
        let database = try connection()
        let state = state
        try database.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try Statements(db: db).replaceRows(with: state)
                return .commit
            }
        }
        _ = self.state.takeChanges()
    }

    /// Runs `body` in a transaction of the write connection.
    mutating func transaction<R>(_ body: (Database, LedgerState) throws -> R) throws -> R {
        let database = try connection()
        var result: R?
        do {
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    result = try body(db, state)
                    return .commit
                }
            }
        } catch {
            if case .io = LedgerError(error) { isSuspect = true }
            abandonConnection()
            throw error
        }
        guard let result else { throw LedgerError.io("the transaction did not run") }
        return result
    }

    mutating func replace(state: LedgerState) { self.state = state }
}
