internal import Digests
public import EventLog
internal import Foundation
internal import GRDB
internal import Projections
internal import Synchronization

/// What came of a redaction.
public struct Redaction: Equatable, Sendable {
    /// The event that says so, `payload.redacted`.
    public var event: RecordedEvent
    /// How many bodies went with the payload.
    public var blobs: Int
    /// Whether no byte of it is left in the files; otherwise the next start of a writer sees to it.
    public var isErased: Bool
}

extension SQLiteLedger {
    /// Removes the payload of an event for good, with its salt and the bodies that no other event names.
    ///
    /// In one transaction `payload.redacted` is recorded, payload and bodies are deleted, and every row is
    /// folded anew without them. Then the whole file is written anew, so that nothing is left in its free
    /// space, and the write-ahead log is emptied. Envelopes stay, and with them every hash and proof; so do
    /// copies elsewhere: backups, archives, and what the file system keeps of freed blocks.
    ///
    /// What an archiving left behind that was killed is removed first: it may hold a copy.
    ///
    /// Repeated with the same id it answers with what is on record.
    ///
    /// - Throws: `.notRedactable` for an event that others rest on, `.leftover` for a copy that cannot be removed.
    /// - Complexity: O(size of the ledger). Appends wait while the file is written anew.
    public func redact(_ position: Int64, reason: String, actor: Actor, id: EventID)
        async throws(LedgerError) -> Redaction
    {
        try await redact(position, reason: reason, actor: actor, id: id) {}
    }

    /// - Parameter whenBegun: Runs each time before the first event is folded.
    package func redact(
        _ position: Int64, reason: String, actor: Actor, id: EventID,
        whenBegun: () async -> Void
    ) async throws(LedgerError) -> Redaction {
        guard !isReadOnly else { throw LedgerError.readOnly }
        if let earlier = try await earlierRedaction(position, id) { return earlier }
        try await blocking { () throws(LedgerError) in try self.removeLeftovers() }
        for _ in 1..<Self.redactionAttempts {
            do {
                return try await redactOnce(
                    position, reason: reason, actor: actor, id: id, whenBegun)
            } catch {
                // Payloads that were still to be folded went into an archive: the fold begins behind it now.
                guard case .archived = error else { throw error }
            }
        }
        return try await redactOnce(position, reason: reason, actor: actor, id: id, whenBegun)
    }

    private static let redactionAttempts = 3

    /// - Throws: `.archived` when payloads were archived before they were folded.
    private func redactOnce(
        _ position: Int64, reason: String, actor: Actor, id: EventID,
        _ whenBegun: () async -> Void
    ) async throws(LedgerError) -> Redaction {
        guard let recorded = try await event(at: position) else {
            throw LedgerError.notRedactable(position: position, reason: "there is no such event")
        }
        // Most of the fold is done beside the appends.
        let head = try await head()
        var scan = try await reading { db in
            try RedactionScan(position, recorded.event?.blobs ?? [], self.stored(db))
        }
        await whenBegun()
        while scan.state.position < head {
            let start = scan
            scan = try await reading { db in
                var scan = start
                try scan.follow(self.stored(db), pages: 20)
                return scan
            }
        }
        let request = RedactionRequest(
            position: position, reason: reason, actor: actor, id: id, base: scan)
        return try await writing { try $0.redact(request) }
    }

    private func earlierRedaction(_ position: Int64, _ id: EventID) async throws(LedgerError)
        -> Redaction?
    {
        guard let event = try await event(id: id) else { return nil }
        guard case .payloadRedacted(let payload)? = event.event, payload.position == position else {
            throw LedgerError.idempotencyConflict(
                id: id, reason: "event \(event.position) has this id")
        }
        return try await writing { writer in
            Redaction(
                event: event, blobs: payload.blobs.count, isErased: writer.erasedWherePending())
        }
    }

    /// Runs `body` with the writer, in turn with the appends.
    func writing<R: Sendable>(
        _ body: @escaping @Sendable (inout Writer) throws -> R
    ) async throws(LedgerError) -> R {
        let result: Result<R, LedgerError> = await withCheckedContinuation { continuation in
            queue.async {
                let (result, head, isFull) = self.writer.withLock { writer in
                    let result: Result<R, LedgerError> = Result {
                        guard var open = writer.take() else { throw LedgerError.readOnly }
                        defer { writer = open }
                        return try body(&open)
                    }.mapError { LedgerError($0) }
                    return (result, writer?.state.position ?? 0, writer?.isFull ?? false)
                }
                self.tell(head: head, isFull: isFull)
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}

/// A fold of the ledger as if one payload were gone, and who else names its bodies.
struct RedactionScan: Sendable {
    let position: Int64
    let blobs: Set<Digest>
    private(set) var state: LedgerState
    private(set) var shared: Set<Digest> = []

    init(_ position: Int64, _ blobs: [Digest], _ stored: StoredEvents) throws {
        self.position = position
        state = try LedgerBase.start(stored)
        self.blobs = Set(blobs)
    }

    /// The bodies that only this event names, ascending.
    var ownBlobs: [Digest] {
        blobs.subtracting(shared).sorted { $0.description < $1.description }
    }

    /// Takes in the events that follow, `pages` pages at most.
    ///
    /// - Throws: `.archived` when payloads of them were archived meanwhile.
    mutating func follow(_ stored: StoredEvents, pages: Int = .max) throws {
        var count = 0
        var reader = RecordReader()
        while count < pages {
            let page = try stored.wholePage(after: state.position, limit: StoredEvents.pageSize)
                .events(&reader)
            for event in page { take(event) }
            // Rows that changed are not asked for: all are stored anew.
            _ = state.takeChanges()
            if page.count < StoredEvents.pageSize { return }
            count += 1
        }
    }

    private mutating func take(_ recorded: RecordedEvent) {
        if recorded.position == position {
            state.apply(RecordedEvent(envelope: recorded.envelope, event: nil))
        } else {
            for digest in recorded.event?.blobs ?? [] where blobs.contains(digest) {
                shared.insert(digest)
            }
            state.apply(recorded)
        }
    }
}

struct RedactionRequest: Sendable {
    var position: Int64
    var reason: String
    var actor: Actor
    var id: EventID
    /// A fold up to some event.
    var base: RedactionScan
}

extension Writer {
    mutating func redact(_ request: RedactionRequest) throws -> Redaction {
        // Nobody else writes: what is found now holds in the transaction below.
        let present = try present()
        let scan = try connection().read { db in
            let stored = StoredEvents(db: db)
            if let objection = try stored.objection(toRedacting: request.position, present) {
                throw LedgerError.notRedactable(position: request.position, reason: objection)
            }
            var scan = request.base
            try scan.follow(stored)
            return scan
        }
        // Before anything is deleted: a crash must not leave bytes that nobody looks for any more.
        try announceErasure()
        let event = try removePayload(request, scan)
        guard case .payloadRedacted(let payload)? = event.event else {
            throw LedgerError.notStorable(type: event.envelope.type, reason: "it is another event")
        }
        return Redaction(
            event: event, blobs: payload.blobs.count, isErased: erasedWherePending())
    }

    private mutating func removePayload(_ request: RedactionRequest, _ scan: RedactionScan) throws
        -> RecordedEvent
    {
        try connection().writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        return try transaction { writer, db in
            var scan = scan
            let redacted = PayloadRedacted {
                $0.blobs = scan.ownBlobs
                $0.position = request.position
                $0.reason = request.reason
            }
            let new = NewEvent(
                id: request.id, .payloadRedacted(redacted), stream: LedgerState.Stream.ledger,
                subjects: Subjects(), actor: request.actor, occurredAt: writer.time.now())
            guard let event = try writer.insert(AppendBatch(events: [new]), db).first else {
                throw LedgerError.io("the redaction was not recorded")
            }
            try Removals(db: db).remove(redacted, namedBy: event.position)
            try scan.follow(StoredEvents(db: db))
            try writer.statements(db).replaceRows(with: scan.state)
            writer.replace(state: scan.state)
            return event
        }
    }
}

extension StoredEvents {
    /// Why the payload of an event may not be removed now.
    fileprivate func objection(toRedacting position: Int64, _ present: LedgerState) throws
        -> String?
    {
        guard let recorded = try event(at: position) else { return "there is no such event" }
        guard recorded.isArchived else { return present.objection(toRedacting: recorded) }
        let archive = try Int64.fetchOne(
            db, sql: "SELECT named_by FROM redaction WHERE position = ?", arguments: [position])
        return """
            its payload is in the archive that event \(archive ?? 0) names, and no archive is ever changed; \
            who must not have it must not have that file, and without the file it is gone
            """
    }
}

extension LedgerState {
    fileprivate func objection(toRedacting recorded: RecordedEvent) -> String? {
        Redactability.objection(
            to: recorded, openSyncs: Set(syncs.all.filter { !$0.value.phase.isFinished }.keys),
            openPushes: Set(pushes.keys),
            declaration: recorded.envelope.subjects.application.flatMap {
                applications[$0]?.declaration
            })
    }
}

/// Deleting of ground state, as the events that are on record allow.
struct Removals {
    let db: Database

    /// Deletes what a redaction names, as it allows.
    func remove(_ redacted: PayloadRedacted, namedBy position: Int64) throws {
        try db.execute(
            sql: "INSERT INTO redaction (position, named_by) VALUES (?, ?)",
            arguments: [redacted.position, position])
        try db.execute(
            sql: "DELETE FROM payload WHERE position = ?", arguments: [redacted.position])
        guard db.changesCount == 1 else {
            throw LedgerError.notRedactable(
                position: redacted.position, reason: "its payload is gone already")
        }
        for digest in redacted.blobs { try remove(digest, namedBy: position) }
    }

    /// Whether a body was removed before: it may have come back since, and the first event goes on naming it.
    func isNamed(_ digest: Digest) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM blob_redaction WHERE digest = ?)")
        return try Bool.fetchOne(statement, arguments: [Data(digest.bytes)]) ?? false
    }

    /// Deletes a body that an event names.
    func remove(_ digest: Digest, namedBy position: Int64) throws {
        let digest = Data(digest.bytes)
        // A body may come back after it went, and go once more.
        try db.execute(
            sql: """
                INSERT INTO blob_redaction (digest, named_by) SELECT ?1, ?2
                WHERE NOT EXISTS (SELECT 1 FROM blob_redaction WHERE digest = ?1)
                """, arguments: [digest, position])
        try db.execute(sql: "DELETE FROM blob WHERE digest = ?", arguments: [digest])
    }
}
