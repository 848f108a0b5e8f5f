internal import Digests
internal import EventLog
internal import GRDB
internal import Model
internal import Projections

extension Writer {
    /// Records one batch: the answer of an earlier attempt, or new positions.
    ///
    /// A refusal takes back what was written of the batch, and happens before `state` changes; the caller takes
    /// back what `tree` has grown.
    mutating func insert(_ batch: AppendBatch, _ db: Database) throws -> [RecordedEvent] {
        let statements = try statements(db)
        if let earlier = try earlierAttempt(batch, statements, db) { return earlier }
        for stream in batch.expected.keys.sorted() {
            try check(batch.expected[stream] ?? .any, of: stream, statements)
        }
        for blob in batch.blobs where Digest(of: blob.bytes) != blob.digest {
            throw LedgerError.blobMismatch(digest: blob.digest.description)
        }
        guard !batch.events.isEmpty else {
            for blob in batch.blobs { try statements.insert(blob) }
            return []
        }

        if batch.events.contains(where: \.event.removesPayloads) {
            SavedStates(of: path).removeAll()
        }
        let now = readClock()
        var events = batch.events
        if let jump = pendingJump { events.insert(announcement(of: jump), at: 0) }
        let places = try number(events, at: now, statements)
        for blob in batch.blobs {
            try statements.insert(blob)
            note(bytes: blob.bytes.count)
        }
        var recorded: [RecordedEvent] = []
        recorded.reserveCapacity(events.count)
        let pages = StoredForm.pages(of: events, places, random)
        while let page = try pages() {
            for form in page {
                try statements.insert(form.recorded.envelope, bytes: form.envelope)
                try statements.insertPayload(
                    form.recorded.position, salt: form.salt, bytes: form.payload)
                note(bytes: 4 * (form.envelope.count + form.payload.count))
                recorded.append(form.recorded)
            }
            // After the rows of the page, so that SQLite stays in one of its trees for a while.
            for form in page { try grow(by: form.leaf, statements) }
        }
        try StoredCheckpoints(db: db).fold(recorded)
        try fold(recorded, statements)
        pendingJump = nil
        return Array(recorded.dropFirst(recorded.count - batch.events.count))
    }

    /// What an earlier attempt at the same batch recorded, or `nil` when nothing of it is on record.
    private func earlierAttempt(_ batch: AppendBatch, _ statements: Statements, _ db: Database)
        throws -> [RecordedEvent]?
    {
        let ids = batch.events.map(\.id).sorted()
        for (id, next) in zip(ids, ids.dropFirst()) where id == next {
            throw LedgerError.idempotencyConflict(id: id, reason: "the batch names it twice")
        }
        // Ids are made in the order of time, so that those of a new batch stand together, behind all others.
        guard let first = ids.first, let last = ids.last, try statements.hasID(in: first...last)
        else { return nil }
        var earlier: [RecordedEvent] = []
        var missing: EventID?
        for new in batch.events {
            let position = try statements.position(of: new.id)
            guard position > 0, let found = try StoredEvents(db: db).event(at: position) else {
                missing = new.id
                continue
            }
            guard found.isSame(as: new) else {
                throw LedgerError.idempotencyConflict(
                    id: new.id, reason: "event \(found.position) has this id")
            }
            if let last = earlier.last, last.position >= found.position {
                throw LedgerError.idempotencyConflict(
                    id: new.id, reason: "the events are on record in another order")
            }
            earlier.append(found)
        }
        if earlier.isEmpty { return nil }
        if let missing {
            throw LedgerError.idempotencyConflict(
                id: missing, reason: "other events of the batch are on record, this one is not")
        }
        return earlier
    }

    private func check(
        _ expected: ExpectedVersion, of stream: String, _ statements: Statements
    ) throws {
        let wanted: Int64
        switch expected {
        case .any: return
        case .noStream: wanted = 0
        case .exactly(let version): wanted = version
        }
        let actual = try statements.version(of: stream)
        guard actual == wanted else {
            throw LedgerError.wrongExpectedVersion(
                stream: stream, expected: expected, actual: actual)
        }
    }

    /// Where each event will stand.
    private func number(_ events: [NewEvent], at now: Timestamp, _ statements: Statements) throws
        -> [StoredForm.Place]
    {
        var versions: [String: Int64] = [:]
        var position = state.position
        return try events.map { new in
            position += 1
            let version = try versions[new.stream] ?? statements.version(of: new.stream)
            guard version >= 0, version < position else {
                throw LedgerError.corrupt(
                    position: nil, reason: "stream \(new.stream) is at version \(version)")
            }
            versions[new.stream] = version + 1
            return StoredForm.Place(
                position: position, streamVersion: version + 1, recordedAt: now)
        }
    }
}

extension Writer {
    /// How far the wall clock may run ahead of the monotonic clock before that is put on record.
    static var forwardJump: Duration { .seconds(300) }

    /// The time to record; notes a jump of the wall clock, once.
    private mutating func readClock() -> Timestamp {
        let now = time.now()
        let uptime = time.uptime()
        let floor = state.recordedAt ?? now
        if let last = lastReading {
            let expected = last.now + (uptime - last.uptime)
            if now < last.now || now - expected > Self.forwardJump {
                pendingJump = ClockJumped {
                    $0.from = expected
                    $0.to = now
                }
            }
        } else if now < floor {
            pendingJump = ClockJumped {
                $0.from = floor
                $0.to = now
            }
        }
        lastReading = (now, uptime)
        return max(now, floor)
    }

    private func announcement(of jump: ClockJumped) -> NewEvent {
        NewEvent(
            id: EventID(at: jump.to, random: random.bytes(10)), .clockJumped(jump),
            stream: LedgerState.Stream.ledger, subjects: Subjects(),
            actor: Actor(kind: .system, id: "ledger", authentication: .system),
            occurredAt: jump.to)
    }
}

extension Event {
    /// Whether payloads go with this event, which must then be in no saved state either.
    fileprivate var removesPayloads: Bool {
        switch self {
        case .payloadRedacted, .ledgerArchived: true
        default: false
        }
    }
}

extension RecordedEvent {
    /// Whether `new` is another attempt at this event: the same in all but the time it says it happened.
    fileprivate func isSame(as new: NewEvent) -> Bool {
        event == new.event && envelope.stream == new.stream && envelope.subjects == new.subjects
            && envelope.actor == new.actor && envelope.correlation == new.correlation
            && envelope.causation == new.causation
    }
}
