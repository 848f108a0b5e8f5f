internal import Digests
internal import Model

/// One thing in a ledger that is not as it must be.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// The event it is about; `nil` when it is about none.
    public var position: Int64?
    public var what: String
    public var expected: String
    public var found: String

    public init(position: Int64?, _ what: String, expected: String, found: String) {
        self.position = position
        self.what = what
        self.expected = expected
        self.found = found
    }

    /// `@12 payload hash: expected 3f…, found 9c…`.
    public var description: String {
        "\(position.map { "@\($0) " } ?? "")\(what): expected \(expected), found \(found)"
    }
}

public struct VerificationReport: Equatable, Sendable {
    public var events: Int64
    public var findings: [Finding]
    /// How many payloads are gone, each named by an event that says why.
    public var redacted: Int64
    /// How many payloads are in an archive that was not read.
    public var archived: Int64
    /// What could not be checked, and why.
    public var unchecked: [String]

    public init(
        events: Int64, findings: [Finding], redacted: Int64 = 0, archived: Int64 = 0,
        unchecked: [String] = []
    ) {
        self.unchecked = unchecked
        self.events = events
        self.findings = findings
        self.redacted = redacted
        self.archived = archived
    }

    public var isIntact: Bool { findings.isEmpty }
}

/// An event as a store holds it: its bytes, and what it keeps beside them to find it by.
public struct StoredRecord: Sendable {
    public var position: Int64
    public var id: String
    public var type: String
    public var version: Int
    public var stream: String
    public var streamVersion: Int64
    public var recordedAt: Int64
    public var envelope: [UInt8]
    public var salt: [UInt8]?
    public var payload: [UInt8]?
    /// Whether a redaction or archive names the payload.
    public var isRedacted: Bool

    public init(
        position: Int64, id: String, type: String, version: Int, stream: String,
        streamVersion: Int64, recordedAt: Int64, envelope: [UInt8], salt: [UInt8]?,
        payload: [UInt8]?, isRedacted: Bool
    ) {
        self.position = position
        self.id = id
        self.type = type
        self.version = version
        self.stream = stream
        self.streamVersion = streamVersion
        self.recordedAt = recordedAt
        self.envelope = envelope
        self.salt = salt
        self.payload = payload
        self.isRedacted = isRedacted
    }
}

/// Checks stored records one after another, from the first, trusting nothing but their bytes.
public struct RecordVerifier: Sendable {
    /// The most findings that are kept: one broken byte must not make a report of gigabytes.
    public static let maxFindings = 1000

    public private(set) var findings: [Finding] = []
    public private(set) var position: Int64 = 0
    private var recordedAt = Timestamp(nanoseconds: .min)
    private var versions: [String: Int64] = [:]
    private var ids: Set<EventID> = []
    private var legality = LegalityAudit()
    /// What the events say is gone.
    public private(set) var redactions = RedactionAudit()
    /// How many payloads are not there.
    public private(set) var gone: Int64 = 0

    public init() {}

    /// Checks the next record.
    ///
    /// - Returns: The event, when its bytes can be read.
    public mutating func check(_ record: StoredRecord) -> RecordedEvent? {
        var reader = RecordReader(sharesValues: false)
        return check(record.checked(&reader))
    }

    /// Checks the next record, of which everything that its own bytes say is known.
    ///
    /// - Returns: The event, when its bytes can be read.
    public mutating func check(_ record: CheckedRecord) -> RecordedEvent? {
        expect(record.position, "position", position &+ 1, record.position)
        position = record.position
        for finding in record.findings { append(finding) }
        if let envelope = record.envelope { checkOrder(envelope) }
        guard let recorded = record.event else { return nil }
        if let event = recorded.event {
            for finding in legality.check(event, recorded.envelope) { append(finding) }
            redactions.take(event, at: record.position)
        } else {
            legality.skip(recorded.envelope)
            gone += 1
        }
        return recorded
    }

    private mutating func checkOrder(_ envelope: Envelope) {
        // Whatever number a damaged envelope names.
        let next = versions[envelope.stream, default: 0] &+ 1
        expect(envelope.position, "stream version", next, envelope.streamVersion)
        versions[envelope.stream] = envelope.streamVersion
        if envelope.recordedAt < recordedAt {
            note(
                envelope.position, "recordedAt", "not before \(recordedAt)",
                "\(envelope.recordedAt)")
        }
        recordedAt = max(recordedAt, envelope.recordedAt)
        if !ids.insert(envelope.id).inserted {
            note(envelope.position, "id", "one event with it", "another \(envelope.id)")
        }
    }

    private mutating func expect<Value: Equatable>(
        _ position: Int64, _ what: String, _ expected: Value, _ found: Value
    ) {
        if expected != found { note(position, what, "\(expected)", "\(found)") }
    }

    private mutating func note(
        _ position: Int64, _ what: String, _ expected: String, _ found: String
    ) {
        append(Finding(position: position, what, expected: expected, found: found))
    }

    private mutating func append(_ finding: Finding) {
        if findings.count < Self.maxFindings { findings.append(finding) }
    }
}
