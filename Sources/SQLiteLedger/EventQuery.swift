internal import EventLog
internal import GRDB
internal import Model

/// A filter as SQL: the index entry likely to be rarest leads, the others are looked up for each event.
struct EventQuery {
    var filter: EventFilter
    var newestFirst: Bool
    var limit: Int
    var before: Int64?

    func run(_ db: Database) throws -> [RecordedEvent] {
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible] = []
        for (index, entry) in entries.enumerated() {
            if index == 0 {
                conditions.append("lead.kind = ? AND lead.value = ?")
            } else {
                conditions.append(
                    """
                    EXISTS (SELECT 1 FROM subject WHERE subject.kind = ? AND subject.value = ? \
                    AND subject.position = event.position)
                    """)
            }
            arguments += [entry.kind.rawValue, entry.value]
        }
        if let commit = filter.commit {
            // Hexadecimal digits stand before "g": everything that begins with these digits.
            conditions.append(
                """
                EXISTS (SELECT 1 FROM subject WHERE subject.kind = 'commit' \
                AND subject.value >= ? AND subject.value < ? \
                AND subject.position = event.position)
                """)
            arguments += [commit, commit + "g"]
        }
        if filter.types.count > 1 {
            let marks = repeatElement("?", count: filter.types.count).joined(separator: ", ")
            conditions.append("event.type IN (\(marks))")
            arguments += filter.types.sorted()
        }
        for (comparison, value) in bounds {
            conditions.append(comparison)
            arguments.append(value)
        }
        arguments.append(limit)
        let rows = try GRDB.Row.fetchCursor(
            db, sql: sql(conditions), arguments: StatementArguments(arguments))
        var events: [RecordedEvent] = []
        while let row = try rows.next() { events.append(try StoredEvents.decode(row)) }
        return events
    }

    private func sql(_ conditions: [String]) -> String {
        let source =
            entries.isEmpty
            ? "event" : "subject AS lead CROSS JOIN event ON event.position = lead.position"
        let order = entries.isEmpty ? "event.position" : "lead.position"
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return """
            SELECT event.position, event.envelope, payload.bytes, redaction.position \
            FROM \(source) LEFT JOIN payload ON payload.position = event.position \
            LEFT JOIN redaction ON redaction.position = event.position \(filter) \
            ORDER BY \(order) \(newestFirst ? "DESC" : "ASC") LIMIT ?
            """
    }

    /// What must be in the index, the rarest first.
    private var entries: [IndexEntry] {
        var entries: [IndexEntry] = []
        func add(_ kind: IndexEntry.Kind, _ value: String?) {
            if let value { entries.append(IndexEntry(kind, value)) }
        }
        add(.sync, filter.sync)
        add(.name, filter.object?.name)
        add(.application, filter.application)
        add(.repository, filter.repository)
        if filter.types.count == 1 { add(.type, filter.types.first) }
        add(.actor, filter.actor)
        add(.kind, filter.object?.kind?.lowercased())
        add(.namespace, filter.object?.namespace)
        add(.environment, filter.environment)
        return entries
    }

    private var bounds: [(String, Int64)] {
        var bounds: [(String, Int64)] = []
        if let since = filter.since {
            // Times never decrease, so a bound of time is a bound of positions.
            bounds.append(
                (
                    """
                    event.position >= (SELECT position FROM event WHERE recorded_at >= ? \
                    ORDER BY recorded_at, position LIMIT 1)
                    """, since.nanoseconds
                ))
        }
        if let until = filter.until {
            bounds.append(
                (
                    """
                    event.position <= (SELECT position FROM event WHERE recorded_at <= ? \
                    ORDER BY recorded_at DESC, position DESC LIMIT 1)
                    """, until.nanoseconds
                ))
        }
        if let positions = filter.positions {
            bounds.append(("event.position >= ?", positions.lowerBound))
            bounds.append(("event.position <= ?", positions.upperBound))
        }
        if let before {
            bounds.append(("event.position \(newestFirst ? "<" : ">") ?", before))
        }
        return bounds
    }
}
