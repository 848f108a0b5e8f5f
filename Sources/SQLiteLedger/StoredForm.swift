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

    init(_ new: NewEvent, _ place: Place, salt: [UInt8]) throws(LedgerError) {
        let name = EventCodec.name(of: new.event)
        let payload = EventCodec.encode(new.event)
        var hash = DigestBuilder()
        hash.update(salt)
        hash.update(payload)
        let payloadHash = hash.finish()
        let envelope = Envelope {
            $0.actor = new.actor
            $0.causation = new.causation
            $0.correlation = new.correlation
            $0.id = new.id
            $0.occurredAt = new.occurredAt
            $0.payloadHash = payloadHash
            $0.position = place.position
            $0.recordedAt = place.recordedAt
            $0.stream = new.stream
            $0.streamVersion = place.streamVersion
            $0.subjects = new.subjects
            $0.type = name.type
            $0.version = name.version
        }
        let bytes = envelope.encoded()
        guard bytes.count <= Envelope.maxBytes else {
            throw LedgerError.envelopeTooLarge(type: name.type, bytes: bytes.count)
        }
        recorded = RecordedEvent(envelope: envelope, event: new.event)
        self.envelope = bytes
        leaf = TreeHash.leaf(bytes)
        self.salt = salt
        self.payload = payload
        try checkReadable()
    }

    /// Reads the bytes back before they are written for ever.
    private func checkReadable() throws(LedgerError) {
        do throws(CodecError) {
            var reader = RecordReader(sharesTexts: false)
            let envelope = try reader.envelope(in: envelope)
            let event = try reader.payload(of: envelope, in: payload, payload.indices)
            guard envelope == recorded.envelope, event == recorded.event else {
                throw CodecError.malformed(expected: "the same value", offset: 0)
            }
        } catch {
            throw LedgerError.notStorable(type: recorded.envelope.type, reason: error.summary)
        }
    }
}

extension StoredForm {
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
            for index in range {
                forms.append(
                    try StoredForm(events[index], places[index], salt: random.bytes(16)))
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
