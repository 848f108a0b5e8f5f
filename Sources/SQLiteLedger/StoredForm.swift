internal import Digests
internal import EventLog
internal import Model
internal import Synchronization

/// An event with the bytes that are stored of it.
struct StoredForm: Sendable {
    /// Where an event stands in the ledger.
    struct Place: Sendable {
        var position: Int64
        var streamVersion: Int64
        var recordedAt: Timestamp
    }

    var recorded: RecordedEvent
    var envelope: [UInt8]
    /// Of the tree, over `envelope`.
    var leaf: Digest
    var salt: [UInt8]
    var payload: [UInt8]

    /// - Throws: `.notStorable` when the bytes could not be read again, `.envelopeTooLarge`.
    init(_ new: NewEvent, _ place: Place, salt: [UInt8]) throws(LedgerError) {
        let name = EventCodec.name(of: new.event)
        do throws(CodecError) {
            payload = try EventCodec.encodeChecked(new.event)
            var hash = DigestBuilder()
            hash.update(salt)
            hash.update(payload)
            let described = Envelope(of: new, name, place, payloadHash: hash.finish())
            envelope = try described.encodedChecked()
            recorded = RecordedEvent(envelope: described, event: new.event)
        } catch {
            throw LedgerError.notStorable(type: name.type, reason: error.summary)
        }
        guard envelope.count <= Envelope.maxBytes else {
            throw LedgerError.envelopeTooLarge(type: name.type, bytes: envelope.count)
        }
        leaf = TreeHash.leaf(envelope)
        self.salt = salt
    }
}

extension Envelope {
    fileprivate init(
        of new: NewEvent, _ name: (type: String, version: Int), _ place: StoredForm.Place,
        payloadHash: Digest
    ) {
        self.init()
        actor = new.actor
        causation = new.causation
        correlation = new.correlation
        id = new.id
        occurredAt = new.occurredAt
        self.payloadHash = payloadHash
        position = place.position
        recordedAt = place.recordedAt
        stream = new.stream
        streamVersion = place.streamVersion
        subjects = new.subjects
        type = name.type
        version = name.version
    }
}

extension StoredForm {
    /// Bytes of salt before a payload that is hashed.
    private static let saltSize = 16
    /// So many events are encoded at once.
    private static let pageSize = 32
    /// The first page is smaller, so that the inserting begins soon.
    private static let firstPage = 8

    /// The stored forms of events in their order, a page at a time; `nil` after the last one.
    ///
    /// Of a large batch a page is encoded on another thread while the caller inserts the one before it.
    static func pages(of events: [NewEvent], _ places: [Place], _ random: RandomSource)
        -> () throws(LedgerError) -> [StoredForm]?
    {
        let next = Mutex(0)
        let range = { @Sendable () -> Range<Int>? in
            next.withLock { next in
                let start = next
                next = min(events.count, start + (start == 0 ? firstPage : pageSize))
                return start < next ? start..<next : nil
            }
        }
        let page = { @Sendable (_: Int, range: Range<Int>) throws(LedgerError) -> [StoredForm] in
            var forms: [StoredForm] = []
            forms.reserveCapacity(range.count)
            let salts = random.bytes(saltSize * range.count)
            for index in range {
                let salt = salts.dropFirst(saltSize * (index - range.lowerBound)).prefix(saltSize)
                forms.append(try StoredForm(events[index], places[index], salt: Array(salt)))
            }
            return forms
        }
        // What is one page more is not worth another thread.
        guard events.count > firstPage + pageSize else {
            return { () throws(LedgerError) in
                guard let range = range() else { return nil }
                return try page(0, range)
            }
        }
        var ahead = PageAhead(makers: 1, next: range, page: page)
        return { () throws(LedgerError) in try ahead.take() }
    }
}
