internal import EventLog
internal import GRDB

/// A sum over rows of the index that does not depend on their order.
///
/// Each row counts with a hash of it, whose key this process draws when it starts: whoever changes rows
/// cannot choose them so that the sum stays. Equal sums of equally many rows are taken for equal rows, and
/// only different ones are searched.
struct IndexSum: Equatable, Sendable {
    private var rows = 0
    private var sum = 0

    mutating func add(_ other: IndexSum) {
        rows += other.rows
        sum &+= other.sum
    }

    /// The rows that an event gives.
    mutating func add(_ envelope: Envelope) {
        for entry in Set(envelope.indexEntries) {
            add(entry.kind.rawValue.utf8.span, entry.value.utf8.span, envelope.position)
        }
    }

    mutating func add(_ kind: Span<UInt8>, _ value: Span<UInt8>, _ position: Int64) {
        var hasher = Hasher()
        kind.withUnsafeBytes { hasher.combine(bytes: $0) }
        // A byte that no kind holds ends it.
        hasher.combine(UInt8(0))
        value.withUnsafeBytes { hasher.combine(bytes: $0) }
        hasher.combine(position)
        rows += 1
        sum &+= hasher.finalize()
    }
}

extension StoredEvents {
    func indexSum() throws -> IndexSum {
        let statement = try RawStatement(db, "SELECT kind, value, position FROM subject")
        defer { statement.reset() }
        var sum = IndexSum()
        while try statement.step() {
            sum.add(
                statement.bytes(0).span, statement.bytes(1).span, statement.integer(2))
        }
        return sum
    }

    /// What the index has other than the events give.
    func indexFindings() throws -> [Finding] {
        var findings: [Finding] = []
        var reader = RecordReader()
        var position: Int64 = 0
        while findings.count < RecordVerifier.maxFindings {
            let page = try page(after: position, limit: Self.pageSize)
            guard let last = page.places.last else { break }
            try LedgerVerification.requireProgress(from: position, to: last.position)
            for place in page.places {
                // What cannot be read is a finding already.
                guard let event = try? page.event(place, &reader) else { continue }
                findings += try missingIndexEntries(of: event.envelope)
            }
            position = last.position
        }
        return findings + (try surplusIndexEntries())
    }

    private func missingIndexEntries(of envelope: Envelope) throws -> [Finding] {
        let statement = try RawStatement(
            cached: "SELECT 1 FROM subject WHERE kind = ? AND value = ? AND position = ?", db)
        var findings: [Finding] = []
        for entry in Set(envelope.indexEntries) {
            statement.bind(1, entry.kind.rawValue)
            statement.bind(2, entry.value)
            statement.bind(3, envelope.position)
            if try statement.onlyInteger() == nil {
                findings.append(
                    Finding(
                        position: envelope.position, "index",
                        expected: "\(entry.kind.rawValue) \(entry.value)", found: "none"))
            }
        }
        return findings
    }

    /// The rows of the index that no event gives.
    private func surplusIndexEntries() throws -> [Finding] {
        let rows = try GRDB.Row.fetchCursor(
            db, sql: "SELECT kind, value, position FROM subject ORDER BY position")
        var findings: [Finding] = []
        var expected: (position: Int64, entries: Set<String>) = (0, [])
        while let row = try rows.next(), findings.count < RecordVerifier.maxFindings {
            let position = try row.integer(2)
            if position != expected.position {
                let entries = (try? event(at: position))?.envelope.indexEntries ?? []
                expected = (position, Set(entries.map { "\($0.kind.rawValue) \($0.value)" }))
            }
            let found = "\(try row.text(0)) \(try row.text(1))"
            if !expected.entries.contains(found) {
                findings.append(
                    Finding(position: position, "index", expected: "none", found: found))
            }
        }
        return findings
    }
}
