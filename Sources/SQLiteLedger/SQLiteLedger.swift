internal import Digests
internal import Dispatch
public import EventLog
internal import GRDB
internal import Model
public import Projections
internal import Synchronization

/// The ledger in a SQLite file: appends, reads, and the present folded from it.
///
/// Writes and looks at the present run one after another on a queue of their own, so that no blocking
/// call holds a thread of the cooperative pool. Batches that arrive while a transaction is being made
/// durable are recorded together in the next one. Reads of events use a second, read-only connection.
public final class SQLiteLedger: Sendable {
    public let path: String
    let queue: DispatchQueue
    let reader: DatabaseQueue
    /// What was moved out of it and is read with it.
    let archives: Archives
    /// Only ever locked on `queue`; `nil` when the ledger is open for reading.
    let writer: Mutex<Writer?>
    /// What a reading ledger has folded so far; only ever locked on `queue`.
    private let folded = Mutex(LedgerState())
    private let waiting = Mutex<[Waiting]>([])
    private let followers = Mutex(Followers())
    private let full = Atomic(false)
    /// The notes of archivings that this process works on.
    let attempts = Mutex<Set<String>>([])
    public let isReadOnly: Bool
    /// Held by a reader that could not read beside a writer.
    private let stillness: WriterLock?
    /// Of the projections whose rows are read and written.
    let projectionVersion: Int

    private struct Waiting {
        var batch: AppendBatch
        var continuation: CheckedContinuation<AppendResult, Never>
    }

    /// The most batches that one transaction takes.
    static let groupLimit = 256

    private init(
        path: String, reader: DatabaseQueue? = nil, writer: consuming sending Writer?,
        projectionVersion: Int, archives: Archives = .none, stillness: WriterLock? = nil
    ) throws(LedgerError) {
        self.stillness = stillness
        self.path = path
        self.projectionVersion = projectionVersion
        self.archives = archives
        do {
            self.reader = try reader ?? Connection.reading(path)
        } catch { throw LedgerError(error) }
        isReadOnly = writer == nil
        full.store(writer?.isFull ?? false, ordering: .relaxed)
        self.writer = Mutex(writer)
        queue = DispatchQueue(label: "tidemark.ledger")
    }
}

extension SQLiteLedger {
    /// Makes a new ledger, whose first event is `ledger.opened`, and opens it for writing.
    ///
    /// The file appears under its name only when it is whole and durable.
    ///
    /// - Parameters:
    ///   - origin: The log's name in its checkpoints.
    ///   - signingKey: Their verifier key; without one no checkpoint can be signed until the key is changed.
    ///   - succeeds: The log that this one goes on from.
    /// - Throws: `.exists` when there is a file already, `.locked` when another process is making one.
    public static func create(
        path: String, programVersion: String, tokenKeyID: String, origin: String = "",
        signingKey: String = "", succeeds: LedgerOpened.Succession? = nil,
        time: TimeSource = .system, random: RandomSource = .system
    ) throws(LedgerError) -> SQLiteLedger {
        let lock = try WriterLock(path)
        try make(
            path, lock, programVersion: programVersion, tokenKeyID: tokenKeyID, origin: origin,
            signingKey: signingKey, succeeds: succeeds, time: time, random: random)
        let final = try Writer(path: path, lock: lock, time: time, random: random)
        return try SQLiteLedger(
            path: path, writer: final, projectionVersion: LedgerState.version)
    }

    /// Makes a new ledger as `create` does, and leaves it closed: one file, with nothing beside it.
    public static func make(
        path: String, programVersion: String, tokenKeyID: String, origin: String,
        signingKey: String, succeeds: LedgerOpened.Succession?
    ) throws(LedgerError) {
        let lock = try WriterLock(path)
        defer { removeFile(path + ".lock") }
        try make(
            path, lock, programVersion: programVersion, tokenKeyID: tokenKeyID, origin: origin,
            signingKey: signingKey, succeeds: succeeds, time: .system, random: .system)
    }

    /// Runs `body` while no other process can write to the ledger at a path, which may be missing or broken.
    ///
    /// - Throws: `.locked` with the pid of the process that is writing.
    public static func holdingLock<R>(of path: String, _ body: () async throws -> R) async throws
        -> R
    {
        let lock = try WriterLock(path)
        defer { withExtendedLifetime(lock) {} }
        return try await body()
    }

    private static func make(
        _ path: String, _ lock: WriterLock, programVersion: String, tokenKeyID: String,
        origin: String, signingKey: String, succeeds: LedgerOpened.Succession?,
        time: TimeSource, random: RandomSource
    ) throws(LedgerError) {
        guard !fileExists(path) else { throw LedgerError.exists(path: path) }
        let draft = path + ".new"
        for suffix in ["", "-wal", "-shm", "-journal"] { removeFile(draft + suffix) }
        let opened = LedgerOpened {
            $0.format = LedgerSchema.format
            $0.origin = origin
            $0.programVersion = programVersion
            $0.signingKey = signingKey
            $0.succeeds = succeeds
            $0.tokenKeyID = tokenKeyID
        }
        do {
            let database = try Connection.writing(draft, isCreating: true)
            try database.writeWithoutTransaction { db in
                try db.execute(
                    sql: "PRAGMA application_id = \(LedgerSchema.applicationID)")
                try db.inTransaction(.immediate) {
                    try db.execute(sql: LedgerSchema.format1)
                    try db.execute(sql: "PRAGMA user_version = \(LedgerSchema.format)")
                    try Statements(db, version: LedgerState.version).replaceRows(
                        with: LedgerState())
                    return .commit
                }
            }
            try database.close()
        } catch { throw LedgerError(error) }
        try syncFolder(of: path)
        var writer = try Writer(
            path: draft, lock: lock, time: time, random: random, isNew: true)
        let now = time.now()
        let first = NewEvent(
            id: EventID(at: now, random: random.bytes(10)), .ledgerOpened(opened),
            stream: LedgerState.Stream.ledger, subjects: Subjects(),
            actor: Actor(kind: .system, id: "ledger", authentication: .system), occurredAt: now)
        if case .failure(let error) = writer.commit([AppendBatch(events: [first])])[0] {
            throw error
        }
        writer.close()
        writer.reserve.release()
        try renameFile(draft, to: path)
        try syncFolder(of: path)
    }

    /// Opens a ledger as its only writer.
    ///
    /// Rows of the present that are missing, or of another version, are folded first, beside the old ones;
    /// one that is killed meanwhile goes on the next time. See `ProjectionCatchUp`.
    ///
    /// - Parameters:
    ///   - archives: Files that payloads of it were moved into, for when rows are folded that the newest archive
    ///     left in another version; `recordBase` puts that on record, and they are not needed again.
    ///   - checkpointBytes: About how much may be written before the write-ahead log is moved into the file.
    ///   - mending: What that is derived may be made anew at once.
    /// - Throws: `.locked` with the pid of the process that is writing, `.outdatedBase` when archives are needed.
    public static func openForWriting(
        path: String, archives: [String] = [], time: TimeSource = .system,
        random: RandomSource = .system, checkpointBytes: Int = 8 << 20,
        mending: Mending = .missingNodes
    ) throws(LedgerError) -> SQLiteLedger {
        try openForWriting(
            path: path, projectionVersion: LedgerState.version, archives: archives, time: time,
            random: random, checkpointBytes: checkpointBytes, mending: mending)
    }

    package static func openForWriting(
        path: String, projectionVersion: Int, archives: [String] = [], time: TimeSource = .system,
        random: RandomSource = .system, checkpointBytes: Int = 8 << 20,
        mending: Mending = .missingNodes
    ) throws(LedgerError) -> SQLiteLedger {
        guard fileExists(path) else { throw LedgerError.notFound(path: path) }
        let writer = try Writer(
            path: path, lock: try WriterLock(path), time: time, random: random,
            checkpointBytes: checkpointBytes, projectionVersion: projectionVersion,
            archives: archives, mending: mending)
        let ledger = try SQLiteLedger(
            path: path, writer: writer, projectionVersion: projectionVersion)
        // What cannot be removed now is named by whoever redacts.
        try? ledger.removeLeftovers()
        return ledger
    }

    /// Opens a ledger beside its writer, if there is one; never changes the file.
    ///
    /// - Parameter archives: Files that payloads and bodies of it were moved into; those are read as if they
    ///   were still here. Each payload and body is compared with its hash when it is read; `verify` and `rebuild`
    ///   hold the files as a whole against their digests.
    /// - Throws: `.wrongArchive` for a file that no `ledger.archived` of the ledger names, `.unrecordedArchive` for
    ///   one that nothing was moved into.
    public static func openForReading(path: String, archives: [String] = [])
        throws(LedgerError) -> SQLiteLedger
    {
        try openForReading(
            path: path, projectionVersion: LedgerState.version, archives: archives)
    }

    package static func openForReading(
        path: String, projectionVersion: Int, archives: [String] = []
    ) throws(LedgerError) -> SQLiteLedger {
        guard fileExists(path) else { throw LedgerError.notFound(path: path) }
        do {
            let (reader, lock) = try Connection.readingOnFullDisk(path)
            let found = try reader.read { db in try StoredEvents(db: db).archives(at: archives) }
            return try SQLiteLedger(
                path: path, reader: reader, writer: nil, projectionVersion: projectionVersion,
                archives: found, stillness: lock)
        } catch { throw LedgerError(error) }
    }

    /// One more connection that reads as the ledger's own does.
    func anotherReader() throws -> DatabaseQueue {
        try Connection.reading(path, isStill: stillness != nil)
    }
}

extension SQLiteLedger {
    /// Whether the disk is full: only outcomes are recorded until space returns.
    public var isFull: Bool { full.load(ordering: .relaxed) }

    /// Records the events of a batch, all or none; when it returns they are durable.
    ///
    /// The answer is in the order of the batch. See `AppendBatch` for repeated attempts.
    public func append(_ batch: AppendBatch) async throws(LedgerError) -> [RecordedEvent] {
        guard !isReadOnly else { throw LedgerError.readOnly }
        let result: AppendResult = await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock {
                $0.append(Waiting(batch: batch, continuation: continuation))
                return $0.count == 1
            }
            // Whoever comes after the first, and before its transaction begins, travels with it.
            if isFirst { queue.async { self.commitWaiting() } }
        }
        return try result.get()
    }

    private func commitWaiting() {
        let (group, hasMore) = waiting.withLock { waiting in
            let group = Array(waiting.prefix(Self.groupLimit))
            waiting.removeFirst(group.count)
            return (group, !waiting.isEmpty)
        }
        let (results, head) = writer.withLock { writer in
            let results = writer?.commit(group.map(\.batch)) ?? []
            full.store(writer?.isFull ?? false, ordering: .relaxed)
            return (results, writer?.state.position ?? 0)
        }
        for (waiting, result) in zip(group, results) {
            waiting.continuation.resume(returning: result)
        }
        if results.contains(where: { (try? $0.get().isEmpty) == false }) {
            followers.withLock { $0.publish(head) }
        }
        if hasMore { queue.async { self.commitWaiting() } }
    }

    /// Tells whoever waits for events what the writer appended by itself.
    func tell(head: Int64, isFull: Bool) {
        full.store(isFull, ordering: .relaxed)
        followers.withLock { $0.publish(head) }
    }

    /// Looks at the present: what the committed events give.
    ///
    /// A ledger that is open for reading folds in what was recorded since the last look.
    ///
    /// - Throws: A `LedgerError` when the present cannot be read, and whatever `read` throws.
    public func state<R: Sendable>(
        _ read: @escaping @Sendable (LedgerState) throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Result { try read(try self.present()) })
            }
        }
    }

    private func present() throws(LedgerError) -> LedgerState {
        if !isReadOnly {
            let result: Result<LedgerState, LedgerError> = writer.withLock { writer in
                guard writer != nil else { return .failure(.readOnly) }
                do throws(LedgerError) {
                    return .success(try writer?.present() ?? LedgerState())
                } catch {
                    return .failure(error)
                }
            }
            return try result.get()
        }
        let result: Result<LedgerState, LedgerError> = folded.withLock { state in
            do {
                state = try reader.read { [state] db in
                    let stored = stored(db)
                    guard state.position > 0 else { return try stored.state() }
                    var state = state
                    try stored.fold(into: &state)
                    return state
                }
                return .success(state)
            } catch {
                return .failure(LedgerError(error))
            }
        }
        return try result.get()
    }

    /// The position of the last event.
    public func head() async throws(LedgerError) -> Int64 {
        try await reading { db in try self.stored(db).head() }
    }

    /// New positions of the last event, as this process appends; only the newest waits for a slow reader.
    public var changes: AsyncStream<Int64> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let number = followers.withLock { $0.add(continuation) }
            continuation.onTermination = { [weak self] _ in
                self?.followers.withLock { $0.remove(number) }
            }
        }
    }

    /// The events, rows and archives, within a transaction of a reading connection.
    func stored(_ db: Database) -> StoredEvents {
        StoredEvents(db: db, version: projectionVersion, archives: archives)
    }

    func reading<R: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> R
    ) async throws(LedgerError) -> R {
        let result: Result<R, LedgerError> = await withCheckedContinuation { continuation in
            reader.asyncRead { database in
                continuation.resume(
                    returning: Result { try body(database.get()) }.mapError { LedgerError($0) })
            }
        }
        return try result.get()
    }
}

/// Those who wait for new events.
private struct Followers {
    private var continuations: [Int: AsyncStream<Int64>.Continuation] = [:]
    private var next = 0

    mutating func add(_ continuation: AsyncStream<Int64>.Continuation) -> Int {
        next += 1
        continuations[next] = continuation
        return next
    }

    mutating func remove(_ number: Int) { continuations[number] = nil }

    func publish(_ head: Int64) {
        for continuation in continuations.values { continuation.yield(head) }
    }
}
