internal import Digests
internal import EventLog
internal import GRDB

/// Consecutive events as they are stored, in one buffer.
struct EventPage: Sendable {
    struct Place: Sendable {
        var position: Int64
        var envelope: Range<Int>
        /// `nil` when there is none.
        var payload: Range<Int>?
        /// The event that says where the payload is gone.
        var removedBy: Int64?
        /// Whether it is in an archive that is not at hand.
        var isArchived = false
    }

    private(set) var bytes: [UInt8] = []
    private(set) var places: [Place] = []

    /// - Parameter count: About how many events it will have.
    init(count: Int) {
        places.reserveCapacity(count)
        bytes.reserveCapacity(count * 1536)
    }

    mutating func append(_ statement: RawStatement) {
        let position = statement.integer(0)
        let envelope = take(statement.bytes(1))
        let hasPayload = !statement.isNull(2)
        let payload = hasPayload ? take(statement.bytes(2)) : nil
        let removedBy = hasPayload || statement.isNull(3) ? nil : statement.integer(3)
        places.append(
            Place(position: position, envelope: envelope, payload: payload, removedBy: removedBy))
    }

    /// Puts the payloads in that archives have, each compared with its hash.
    ///
    /// Only those that were moved: of one that was redacted a copy may lie anywhere, and is not read.
    mutating func fill(from archives: Archives) throws {
        let moved = Dictionary(
            grouping: places.indices.filter { places[$0].isArchived },
            by: { places[$0].removedBy ?? 0 })
        for (event, indices) in moved {
            let positions = indices.map { places[$0].position }
            guard let payloads = try archives.payloads(event, positions) else { continue }
            for index in indices {
                guard let kept = payloads[places[index].position] else { continue }
                try fill(index, kept, archives.path(event))
            }
        }
    }

    private mutating func fill(_ index: Int, _ kept: Archives.Payload, _ path: String) throws {
        let place = places[index]
        let envelope = try RecordDecoder.decode(Envelope.self, from: Array(bytes[place.envelope]))
        guard Digest(of: kept.salt + kept.bytes) == envelope.payloadHash else {
            throw LedgerError.damagedArchive(
                path: path, reason: "it holds another payload of event \(place.position)")
        }
        places[index].payload = bytes.count..<bytes.count + kept.bytes.count
        places[index].isArchived = false
        bytes += kept.bytes
    }

    /// Notes which payloads were moved into an archive.
    mutating func markArchived(_ isArchiving: (Int64) throws -> Bool) throws {
        var known: [Int64: Bool] = [:]
        for index in places.indices where places[index].payload == nil {
            guard let event = places[index].removedBy else { continue }
            let isArchived = try known[event] ?? isArchiving(event)
            known[event] = isArchived
            places[index].isArchived = isArchived
        }
    }

    private mutating func take(_ buffer: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: buffer)
        return start..<bytes.count
    }

    /// Reads every event of the page.
    ///
    /// - Throws: `LedgerError.corrupt` or `.unreadable`, with the position.
    func events(_ reader: inout RecordReader) throws(LedgerError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        events.reserveCapacity(places.count)
        for place in places { events.append(try event(place, &reader)) }
        return events
    }

    func event(_ place: Place, _ reader: inout RecordReader) throws(LedgerError) -> RecordedEvent {
        guard place.payload != nil || place.removedBy != nil else {
            throw LedgerError.corrupt(position: place.position, reason: "it has no payload")
        }
        do throws(CodecError) {
            return try reader.event(
                envelope: place.envelope, payload: place.payload, isArchived: place.isArchived,
                in: bytes)
        } catch {
            throw LedgerError.unreadable(position: place.position, error)
        }
    }
}

extension StoredEvents {
    /// What a row of an `EventPage` is made of.
    ///
    /// Redactions are looked up only where a payload is missing.
    static let columns = """
        event.position, event.envelope, payload.bytes, \
        CASE WHEN payload.position IS NULL THEN \
        (SELECT named_by FROM redaction WHERE position = event.position) END \
        FROM event LEFT JOIN payload ON payload.position = event.position
        """

    /// The events after `position` in ascending order, at most `limit`.
    func page(after position: Int64, limit: Int) throws -> EventPage {
        let statement = try RawStatement(
            cached:
                "SELECT \(Self.columns) WHERE event.position > ? ORDER BY event.position LIMIT ?",
            db)
        statement.bind(1, position)
        statement.bind(2, Int64(limit))
        return try page(statement, count: limit)
    }

    func page(_ statement: RawStatement, count: Int) throws -> EventPage {
        defer { statement.reset() }
        var page = EventPage(count: min(count, Self.pageSize))
        while try statement.step() { page.append(statement) }
        guard page.places.contains(where: { $0.removedBy != nil }) else { return page }
        try page.markArchived(isArchiving)
        if !archives.isEmpty { try page.fill(from: archives) }
        return page
    }

    /// A page that can be folded.
    ///
    /// - Throws: `.archived` when a payload of it is in an archive that is not at hand.
    func wholePage(after position: Int64, limit: Int) throws -> EventPage {
        let page = try page(after: position, limit: limit)
        if let place = page.places.first(where: \.isArchived) {
            throw LedgerError.archived(
                through: try LedgerBase(self)?.through ?? place.position)
        }
        return page
    }

    func events(after position: Int64, limit: Int) throws -> [RecordedEvent] {
        var reader = RecordReader()
        return try page(after: position, limit: limit).events(&reader)
    }

    func event(at position: Int64) throws -> RecordedEvent? {
        let statement = try RawStatement(
            cached: "SELECT \(Self.columns) WHERE event.position = ?", db)
        statement.bind(1, position)
        return try onlyEvent(statement)
    }

    func event(id: EventID) throws -> RecordedEvent? {
        let statement = try RawStatement(cached: "SELECT \(Self.columns) WHERE event.id = ?", db)
        statement.bind(1, id.text)
        return try onlyEvent(statement)
    }

    private func onlyEvent(_ statement: RawStatement) throws -> RecordedEvent? {
        var reader = RecordReader(sharesValues: false)
        return try page(statement, count: 1).events(&reader).first
    }
}
