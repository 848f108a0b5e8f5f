internal import Digests
internal import Model

/// A stored record, and what its own bytes say, without those before it.
///
/// This part of the work needs no order: it can be done on another thread.
public struct CheckedRecord: Sendable {
    public let position: Int64
    /// The event, when all of it can be read.
    public let event: RecordedEvent?
    let envelope: Envelope?
    let findings: [Finding]
}

extension StoredRecord {
    /// Reads the record, and compares its bytes with its columns and its hashes.
    public func checked(_ reader: inout RecordReader) -> CheckedRecord {
        var check = RecordCheck(position: position)
        let envelope: Envelope
        do throws(CodecError) {
            // Only canonical bytes are read, so these are the one form of this envelope.
            envelope = try reader.value(Envelope.self, in: self.envelope, self.envelope.indices)
        } catch {
            check.note("envelope", "canonical bytes", error.summary)
            return CheckedRecord(
                position: position, event: nil, envelope: nil, findings: check.findings)
        }
        checkColumns(envelope, &check)
        return CheckedRecord(
            position: position, event: recorded(envelope, &reader, &check), envelope: envelope,
            findings: check.findings)
    }

    private func recorded(
        _ envelope: Envelope, _ reader: inout RecordReader, _ check: inout RecordCheck
    ) -> RecordedEvent? {
        guard let payload, let salt else {
            if !isRedacted { check.note("payload", "its bytes", "nothing") }
            return RecordedEvent(envelope: envelope, event: nil)
        }
        var hash = DigestBuilder()
        hash.update(salt)
        hash.update(payload)
        check.expect("payload hash", envelope.payloadHash, hash.finish())
        check.expect("salt", 16, salt.count)
        do throws(CodecError) {
            return RecordedEvent(
                envelope: envelope,
                event: try reader.payload(of: envelope, in: payload, payload.indices))
        } catch {
            check.note("payload", "a known event", error.summary)
            return nil
        }
    }

    private func checkColumns(_ envelope: Envelope, _ check: inout RecordCheck) {
        if self.envelope.count > Envelope.maxBytes {
            check.note("envelope", "\(Envelope.maxBytes) bytes", "\(self.envelope.count)")
        }
        check.expect("envelope position", position, envelope.position)
        if EventID(id) != envelope.id { check.note("column id", envelope.id.text, id) }
        check.expect("column type", envelope.type, type)
        check.expect("column version", envelope.version, version)
        check.expect("column stream", envelope.stream, stream)
        check.expect("column stream_version", envelope.streamVersion, streamVersion)
        check.expect("column recorded_at", envelope.recordedAt.nanoseconds, recordedAt)
    }
}

private struct RecordCheck {
    let position: Int64
    var findings: [Finding] = []

    mutating func expect<Value: Equatable>(_ what: String, _ expected: Value, _ found: Value) {
        if expected != found { note(what, "\(expected)", "\(found)") }
    }

    mutating func note(_ what: String, _ expected: String, _ found: String) {
        findings.append(Finding(position: position, what, expected: expected, found: found))
    }
}
