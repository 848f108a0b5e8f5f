internal import Digests
internal import EventLog
internal import GRDB
internal import Model
internal import Projections

extension Writer {
    /// Records one batch: the answer of an earlier attempt, or new positions.
    ///
    /// Everything that can refuse the batch is decided before the first row is written.
    mutating func insert(_ batch: AppendBatch, _ db: Database) throws -> [RecordedEvent] {
        let stored = StoredEvents(db: db)
        if let earlier = try earlierAttempt(batch, stored) { return earlier }
        for stream in batch.expected.keys.sorted() {
            try check(batch.expected[stream] ?? .any, of: stream, stored)
        }
        for blob in batch.blobs where Digest(of: blob.bytes) != blob.digest {
            throw LedgerError.blobMismatch(digest: blob.digest.description)
        }
        guard !batch.events.isEmpty else {
            for blob in batch.blobs { try Statements(db: db).insert(blob) }
            return []
        }

        let now = readClock()
        var events = batch.events
        if let jump = pendingJump { events.insert(announcement(of: jump), at: 0) }
        let records = try number(events, at: now, stored)

        let statements = Statements(db: db)
        for blob in batch.blobs {
            try statements.insert(blob)
            note(bytes: blob.bytes.count)
        }
        for record in records {
            try statements.insert(record.recorded.envelope, bytes: record.envelope)
            try statements.insertPayload(
                record.recorded.position, salt: record.salt, bytes: record.payload)
            note(bytes: 4 * (record.envelope.count + record.payload.count))
        }
        try grow(by: records.lazy.map(\.envelope), db)
        try StoredCheckpoints(db: db).fold(records.lazy.map(\.recorded))
        try fold(records.map(\.recorded), db)
        let announcements = records.count - batch.events.count
        pendingJump = nil
        return records.dropFirst(announcements).map(\.recorded)
    }

    /// What an earlier attempt at the same batch recorded, or `nil` when nothing of it is on record.
    private func earlierAttempt(_ batch: AppendBatch, _ stored: StoredEvents) throws
        -> [RecordedEvent]?
    {
        var seen: Set<EventID> = []
        var earlier: [RecordedEvent] = []
        var missing: EventID?
        for new in batch.events {
            guard seen.insert(new.id).inserted else {
                throw LedgerError.idempotencyConflict(
                    id: new.id, reason: "the batch names it twice")
            }
            guard let found = try stored.event(id: new.id) else {
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
        _ expected: ExpectedVersion, of stream: String, _ stored: StoredEvents
    ) throws {
        let wanted: Int64
        switch expected {
        case .any: return
        case .noStream: wanted = 0
        case .exactly(let version): wanted = version
        }
        let actual = try stored.version(of: stream)
        guard actual == wanted else {
            throw LedgerError.wrongExpectedVersion(
                stream: stream, expected: expected, actual: actual)
        }
    }

    /// An event with its stored bytes.
    private struct Record {
        var recorded: RecordedEvent
        var envelope: [UInt8]
        var salt: [UInt8]
        var payload: [UInt8]
    }

    private func number(_ events: [NewEvent], at now: Timestamp, _ stored: StoredEvents) throws
        -> [Record]
    {
        var versions: [String: Int64] = [:]
        var records: [Record] = []
        var position = state.position
        for new in events {
            position += 1
            let version = try versions[new.stream] ?? stored.version(of: new.stream)
            versions[new.stream] = version + 1
            records.append(
                try record(new, position: position, streamVersion: version + 1, recordedAt: now))
        }
        return records
    }

    private func record(
        _ new: NewEvent, position: Int64, streamVersion: Int64, recordedAt: Timestamp
    ) throws -> Record {
        let name = EventCodec.name(of: new.event)
        let payload = EventCodec.encode(new.event)
        let salt = random.bytes(16)
        let envelope = Envelope {
            $0.actor = new.actor
            $0.causation = new.causation
            $0.correlation = new.correlation
            $0.id = new.id
            $0.occurredAt = new.occurredAt
            $0.payloadHash = Digest(of: salt + payload)
            $0.position = position
            $0.recordedAt = recordedAt
            $0.stream = new.stream
            $0.streamVersion = streamVersion
            $0.subjects = new.subjects
            $0.type = name.type
            $0.version = name.version
        }
        let bytes = RecordEncoder.encode(envelope)
        guard bytes.count <= Envelope.maxBytes else {
            throw LedgerError.envelopeTooLarge(type: name.type, bytes: bytes.count)
        }
        try checkReadable(new, envelope, bytes, payload)
        return Record(
            recorded: RecordedEvent(envelope: envelope, event: new.event), envelope: bytes,
            salt: salt, payload: payload)
    }

    /// Reads the bytes back before they are written for ever.
    private func checkReadable(
        _ new: NewEvent, _ envelope: Envelope, _ bytes: [UInt8], _ payload: [UInt8]
    ) throws {
        do throws(CodecError) {
            let read = try RecordDecoder.decode(Envelope.self, from: bytes)
            let event = try EventCodec.decode(
                type: envelope.type, version: envelope.version, payload: payload)
            guard read == envelope, event == new.event else {
                throw CodecError.malformed(expected: "the same value", offset: 0)
            }
        } catch {
            throw LedgerError.notStorable(type: envelope.type, reason: error.summary)
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

extension RecordedEvent {
    /// Whether `new` is another attempt at this event: the same in all but the time it says it happened.
    fileprivate func isSame(as new: NewEvent) -> Bool {
        event == new.event && envelope.stream == new.stream && envelope.subjects == new.subjects
            && envelope.actor == new.actor && envelope.correlation == new.correlation
            && envelope.causation == new.causation
    }
}
