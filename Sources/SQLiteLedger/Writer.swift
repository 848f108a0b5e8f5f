internal import Digests
internal import EventLog
internal import Foundation
internal import GRDB
internal import Model
internal import Projections

/// The one owner of the read-write connection.
///
/// 1. `state` and `tree` are what the committed events give. They change only inside `commit`, together with the rows.
/// 2. A transaction holds a group of batches, each under a savepoint unless it is the only one: a batch that
///    is refused leaves nothing behind and does not touch the others.
/// 3. After a failed transaction nothing in memory is trusted: connection and state are made anew from
///    the file before the next append. After an I/O error the file is not trusted either, and verified
///    first: what the kernel said was written may not be.
/// 4. Checkpoints run between transactions, by this connection alone.
struct Writer {
    let path: String
    let time: TimeSource
    let random: RandomSource
    let reserve: Reserve
    let projectionVersion: Int
    /// Files that payloads were moved into, for when everything is to be folded anew.
    private let archivePaths: [String]
    /// Those files, each what the ledger's events say.
    private(set) var archives = Archives.none
    /// How much may be written before the WAL is moved into the file.
    let checkpointBytes: Int
    private var mending: Mending
    /// How much was mended since the ledger was opened.
    private var mended = 0
    private let lock: WriterLock

    fileprivate var database: DatabaseQueue?
    /// Of `database`; gone before it closes.
    private var prepared: Statements?
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
        path: String, lock: WriterLock, time: TimeSource, random: RandomSource,
        checkpointBytes: Int = 8 << 20, isNew: Bool = false,
        projectionVersion: Int = LedgerState.version, archives: [String] = [],
        mending: Mending = .missingNodes
    ) throws(LedgerError) {
        self.path = path
        self.mending = mending
        self.checkpointBytes = checkpointBytes
        self.projectionVersion = projectionVersion
        archivePaths = archives
        self.lock = lock
        self.time = time
        self.random = random
        reserve = Reserve(of: path)
        isFull = !reserve.take()
        try reopen()
        // What cannot be done now is done at the next start: the ledger itself is sound.
        if isErasurePending { try? erase() }
        guard isNew || state.position > 0 else {
            throw LedgerError.notALedger(path: path, reason: "it holds no event")
        }
    }

    /// Makes connection and state anew from the file.
    fileprivate mutating func reopen() throws(LedgerError) {
        do {
            prepared = nil
            try database?.close()
            database = nil
            let fresh = try Connection.writing(path)
            let path = path
            try fresh.read { db in try Connection.checkFormat(db, path: path) }
            if mending == .everything {
                mended += try fresh.write { db in try LedgerLayout.expected().restore(db) }
            }
            archives = try fresh.read { [archivePaths] db in
                try StoredEvents(db: db).archives(at: archivePaths)
            }
            try archives.requireWhole()
            var catchUp = try ProjectionCatchUp(fresh, archives, version: projectionVersion)
            while try catchUp.step() {}
            try catchUp.dropOthers()
            // The WAL has its name by now. SQLite makes names durable too, and does not look whether that fails.
            // Source: https://github.com/sqlite/sqlite/blob/version-3.40.1/src/os_unix.c (unixSync)
            try syncFolder(of: path)
            let tree = try openTree(fresh, catchUp.state.position)
            database = fresh
            state = catchUp.state
            self.tree = tree
            if isSuspect {
                try verify(fresh)
                try writeAnew(fresh)
                isSuspect = false
            }
        } catch {
            abandonConnection()
            throw LedgerError(error)
        }
    }

    /// The range from which the tree grows on, after its nodes were mended as far as they may be.
    private mutating func openTree(_ database: DatabaseQueue, _ size: Int64) throws
        -> CompactRange
    {
        guard mending == .everything else {
            let addsMissing = mending != .nothing
            return try database.writeWithoutTransaction { db in
                try TreeNodes(db: db).completed(upTo: size, addsMissing: addsMissing)
            }
        }
        let (tree, wrong) = try database.write { db in try TreeNodes(db: db).mended(upTo: size) }
        mended += wrong
        // From here on a wrong node is news.
        mending = .missingNodes
        return tree
    }

    /// How much was mended since the ledger was opened, told once.
    mutating func takeMended() -> Int {
        defer { mended = 0 }
        return mended
    }

    /// Checks every event, body and row; only then is the file trusted again.
    private mutating func verify(_ database: DatabaseQueue) throws {
        let source = LedgerVerification.Source(database: database, version: projectionVersion)
        let findings =
            try LedgerVerification.report(source).findings
            + LedgerVerification.blobFindings(source)
        if let finding = findings.first {
            throw LedgerError.corrupt(position: finding.position, reason: finding.description)
        }
    }

    /// Moves everything out of the WAL, and so writes it once more.
    ///
    /// After a failed fsync the kernel counts the pages it could not write as written: they are read, and
    /// found intact, from memory, and no later fsync writes them. A new write of the same bytes does.
    /// Source: https://lwn.net/Articles/752063/
    private func writeAnew(_ database: DatabaseQueue) throws {
        try database.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }

    /// The open connection, made anew after a failure.
    mutating func connection() throws -> DatabaseQueue {
        if let database { return database }
        try reopen()
        guard let database else { throw LedgerError.io("the connection is closed") }
        return database
    }

    mutating func close() {
        // What is not checkpointed stays in the WAL and is read from there.
        prepared = nil
        try? database?.close()
        database = nil
    }
}

typealias AppendResult = Result<[RecordedEvent], LedgerError>

extension AppendResult {
    /// Told without comparing events.
    fileprivate var isFull: Bool {
        if case .failure(.full) = self { true } else { false }
    }
}

extension Writer {
    /// Records a group of batches in one transaction; the results are in the order of the batches.
    mutating func commit(_ batches: [AppendBatch]) -> [AppendResult] {
        if isFull, reserve.take() { isFull = false }
        var results = attempt(batches) { [isFull] in !isFull || $0.isOutcome }
        let fullBefore = isFull
        if results.contains(where: \.isFull), !fullBefore {
            reserve.release()
            isFull = true
            // The effects behind these have happened: they are worth the reserve.
            let retried = attempt(batches) { $0.isOutcome }
            for index in batches.indices where results[index].isFull {
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
            let isAlone = allowed.count == 1
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    for index in allowed {
                        results[index] = try append(batches[index], isAlone: isAlone, db)
                    }
                    if isAlone, case .failure = results[allowed[0]] { return .rollback }
                    if state.position != before {
                        try statements(db).storePosition(state.position, from: before)
                    }
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
    ///
    /// - Parameter isAlone: Whether the transaction has no other batch: then a refusal takes back the whole of
    ///   it, and SQLite need not copy every page before it is changed.
    private mutating func append(
        _ batch: AppendBatch, isAlone: Bool, _ db: Database
    ) throws -> AppendResult {
        var result = AppendResult.success([])
        let before = tree
        do {
            guard !isAlone else { return .success(try insert(batch, db)) }
            try db.inSavepoint {
                result = .success(try insert(batch, db))
                return .commit
            }
        } catch let refusal as LedgerError {
            if case .corrupt = refusal { throw refusal }
            // Pages of the batch that were stored before the refusal have grown it.
            tree = before
            result = .failure(refusal)
        }
        return result
    }

    /// Closes a connection whose transaction failed: what it holds in memory may differ from the file.
    ///
    /// Source: https://www.usenix.org/conference/atc20/presentation/rebello (a failed fsync is not to be retried)
    mutating func abandonConnection() {
        prepared = nil
        try? database?.close()
        database = nil
    }

    /// After a failed write outside of an append.
    mutating func noteFailure(_ error: any Error) {
        if case .io = LedgerError(error) { isSuspect = true }
        abandonConnection()
    }

    /// The present; after a failure the file is opened again first.
    mutating func present() throws(LedgerError) -> LedgerState {
        do { _ = try connection() } catch { throw LedgerError(error) }
        return state
    }

    /// The statements of the connection that is open.
    mutating func statements(_ db: Database) throws -> Statements {
        if let prepared { return prepared }
        let fresh = try Statements(db, version: projectionVersion)
        prepared = fresh
        return fresh
    }

    mutating func fold(_ events: [RecordedEvent], _ statements: Statements) throws {
        for event in events { state.apply(event) }
        for change in state.takeChanges() { try statements.store(change) }
    }

    mutating func note(bytes: Int) { bytesSinceCheckpoint += bytes }

    private mutating func checkpointIfDue() {
        // Each transaction also rewrites some pages of the indexes.
        bytesSinceCheckpoint += 32 << 10
        guard bytesSinceCheckpoint > checkpointBytes, let database else { return }
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

    /// Runs `body` in a transaction of the write connection.
    mutating func transaction<R>(_ body: (inout Writer, Database) throws -> R) throws -> R {
        let database = try connection()
        var result: R?
        do {
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    result = try body(&self, db)
                    return .commit
                }
            }
        } catch {
            noteFailure(error)
            throw error
        }
        guard let result else { throw LedgerError.io("the transaction did not run") }
        return result
    }

    mutating func replace(state: LedgerState) { self.state = state }
}
