public import EventLog
internal import GRDB
public import Model
public import Projections

extension SQLiteLedger {
    /// The present, as far as the rows of a selection tell it: other rows may be missing.
    ///
    /// Reads those rows and no others, so that the answer does not take longer in a longer ledger. When
    /// the stored rows are not those of the last event, or of another version, everything is folded.
    public func present(of selection: RowSelection) async throws(LedgerError) -> LedgerState {
        if isReadOnly {
            let state = try await reading { db in try self.stored(db).state(of: selection) }
            if let state { return state }
        }
        do { return try await state { $0 } } catch { throw LedgerError(error) }
    }

    /// One object, as it was known right after the event at `position`; `nil` when it was not yet seen.
    ///
    /// Only the object's own events are folded. Every event of a step names the object of its intent, so
    /// that these are all that tell of it.
    public func object(_ key: ObjectKey, in environment: String, at position: Int64)
        async throws(LedgerError) -> ObjectRow?
    {
        var filter = EventFilter()
        filter.environment = environment
        filter.object = ObjectPattern(kind: key.kind, name: key.name)
        if !key.namespace.isEmpty { filter.object?.namespace = key.namespace }
        let state = try await past(filter, upTo: position) { $0.subjects.object == key }
        return state.objects[LedgerState.objectKey(environment, key)]
    }

    /// A sync or saved plan with its steps, as it was known right after the event at `position`.
    ///
    /// The state holds the rows of `syncs`, `steps` and `plans` under that name; other rows are not whole.
    public func named(_ name: String, at position: Int64) async throws(LedgerError) -> LedgerState {
        var filter = EventFilter()
        filter.sync = name
        var state = try await past(filter, upTo: position) { $0.envelope.stream == name }
        // That it was rolled back is told by another sync.
        let present = try await present(of: .sync(name))
        guard let undoing = present.syncs[name]?.rolledBackBy else { return state }
        let requested = try await self.present(of: .sync(undoing)).syncs[undoing]?.requestedPosition
        if let requested, requested <= position { state.noteRollback(of: name, by: undoing) }
        return state
    }

    /// The desired set of an application as it was known right after the event at `position`.
    public func desired(_ application: String, at position: Int64) async throws(LedgerError)
        -> [ManifestsRendered.Object]
    {
        let newest = try await events(
            matching: EventFilter(["manifests.rendered"], of: application, upTo: position),
            newestFirst: true, limit: 1
        ).first
        if newest?.isArchived == true {
            return try await reading { db in
                let stored = self.stored(db)
                let base = try LedgerBase.atHand(stored, at: position)
                return try base.state(stored).applications[application]?.desired ?? []
            }
        }
        guard case .manifestsRendered(let rendered) = newest?.event else { return [] }
        return rendered.objects
    }

    /// Folds the events of a filter that are meant.
    private func past(
        _ filter: EventFilter, upTo position: Int64,
        _ isMeant: @escaping @Sendable (RecordedEvent) -> Bool
    ) async throws(LedgerError) -> LedgerState {
        var filter = filter
        filter.positions = 1...max(1, position)
        let query = EventQuery(filter: filter, newestFirst: false, limit: .max)
        return try await reading { db in
            let stored = self.stored(db)
            var state = LedgerState.past()
            var events = try query.run(stored).filter(isMeant)
            if events.contains(where: \.isArchived) {
                // What the archived ones had told is in the state that the archive left.
                let base = try LedgerBase.atHand(stored, at: position)
                state = try base.state(stored)
                state.keepChanges(false)
                events.removeAll { $0.position <= base.through }
            }
            for event in events {
                guard event.position > state.position else {
                    throw LedgerError.corrupt(
                        position: event.position,
                        reason: "it is read after event \(state.position)")
                }
                state.apply(leaping: event)
            }
            return state
        }
    }
}

extension StoredEvents {
    /// The rows of a selection; `nil` when the stored rows are not those of the last event.
    func state(of selection: RowSelection) throws -> LedgerState? {
        let head = try head()
        guard try foldedPosition() == head else { return nil }
        let recordedAt = try event(at: head)?.envelope.recordedAt
        var rows: [RowChange] = []
        for part in selection.parts { try append(part, to: &rows) }
        return try LedgerState(rows: rows, position: head, recordedAt: recordedAt)
    }

    private func append(_ part: RowSelection.Part, to rows: inout [RowChange]) throws {
        let columns = "SELECT projection, key, value FROM projection_row WHERE version = ?"
        let statement: RawStatement
        switch part {
        case .all(let projection):
            statement = try RawStatement(cached: columns + " AND projection = ?", db)
            statement.bind(2, projection)
        case .row(let projection, let key):
            statement = try RawStatement(cached: columns + " AND projection = ? AND key = ?", db)
            statement.bind(2, projection)
            statement.bind(3, key)
        case .prefix(let projection, let key):
            statement = try RawStatement(
                cached: columns + " AND projection = ? AND key >= ?3 AND substr(key, 1, ?4) = ?3"
                    + " AND key < ?5", db)
            statement.bind(2, projection)
            statement.bind(3, key)
            statement.bind(4, Int64(key.unicodeScalars.count))
            // Beyond everything that begins with the key: no character stands above this one.
            statement.bind(5, key + "\u{10FFFF}")
        case .suffix(let projection, let key):
            statement = try RawStatement(
                cached: columns + " AND projection = ? AND substr(key, ?4) = ?3", db)
            statement.bind(2, projection)
            statement.bind(3, key)
            statement.bind(4, Int64(-key.unicodeScalars.count))
        case .value(let projection, let prefix):
            statement = try RawStatement(
                cached: columns + " AND projection = ? AND substr(value, 1, ?4) = ?3", db)
            statement.bind(2, projection)
            statement.bind(3, prefix)
            statement.bind(4, Int64(prefix.count))
        }
        statement.bind(1, Int64(version))
        defer { statement.reset() }
        while try statement.step() {
            rows.append(
                RowChange(
                    projection: statement.text(0), key: statement.text(1),
                    bytes: Array(statement.bytes(2))))
        }
    }
}
