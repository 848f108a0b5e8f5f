internal import Dispatch
public import EventLog
internal import GRDB
internal import Model
internal import Projections
internal import Synchronization

extension SQLiteLedger {
    /// Checks that the ledger is what it says: every event, every body, every row of the present.
    ///
    /// Reads a page at a time, so that no transaction is held for long. The stored rows are compared with
    /// a fold of the events; they are never believed.
    ///
    /// - Parameter full: Whether the digest of every blob is computed as well, and SQLite's own check is made.
    /// - Throws: `.wrongArchive` when an archive is not what it was, `.overtaken`.
    public func verify(full: Bool) async throws(LedgerError) -> VerificationReport {
        try await verify(full: full) { _ in }
    }

    /// - Parameter whenRead: Runs after each page, with the last position of it.
    package func verify(full: Bool, whenRead: @escaping @Sendable (Int64) -> Void)
        async throws(LedgerError) -> VerificationReport
    {
        do {
            return try await report(full: full, whenRead)
        } catch {
            guard case .corrupt(let position, let reason) = error else { throw error }
            let finding = Finding(
                position: position, "ledger", expected: "what can be read", found: reason)
            return VerificationReport(events: (try? await head()) ?? 0, findings: [finding])
        }
    }

    private func report(full: Bool, _ whenRead: @escaping @Sendable (Int64) -> Void)
        async throws(LedgerError) -> VerificationReport
    {
        let layout: LedgerLayout
        do { layout = try .expected() } catch { throw LedgerError(error) }
        let (guards, isReadable) = try await reading { db in try layout.findings(db) }
        guard isReadable else {
            return VerificationReport(events: try await head(), findings: guards)
        }
        // SQLite's own check reads the whole file once more: on a connection of its own, beside the walk.
        async let file = full ? fileFindings() : .success([])
        var damage: [Finding] = []
        if !full { damage = try await storageFindings(layout) }
        // What is broken below the events is not told any further: it has neither type nor meaning.
        let walked = damage.isEmpty ? await walk(full: full, whenRead) : nil
        if full {
            damage = try await file.get()
            // It looks at the storage classes too, and does not say where.
            if !damage.isEmpty { damage = try await storageFindings(layout) + damage }
        }
        guard damage.isEmpty, let walked else {
            return VerificationReport(events: try await head(), findings: guards + damage)
        }
        var report = try walked.get()
        report.findings += guards
        return report
    }

    private func storageFindings(_ layout: LedgerLayout) async throws(LedgerError) -> [Finding] {
        try await reading { db in try layout.storageFindings(db) }
    }

    /// Checks events, index, rows and tree, and in full the bodies.
    private func walk(full: Bool, _ whenRead: @escaping @Sendable (Int64) -> Void) async
        -> Result<VerificationReport, LedgerError>
    {
        do throws(LedgerError) {
            let report = try await blocking { () throws(LedgerError) in
                try self.archives.requireWhole()
                let source = LedgerVerification.Source(
                    database: self.reader, version: self.projectionVersion,
                    archives: self.archives, whenRead: whenRead)
                var report = try LedgerVerification.report(source)
                if full { report.findings += try LedgerVerification.blobFindings(source) }
                return report
            }
            return .success(report)
        } catch { return .failure(error) }
    }

    /// Drops every row of the present, folds the ledger again and stores what that gives.
    ///
    /// The fold is paged beside the appends; only the last stretch and the exchange of the rows take the
    /// writer's time. The rebuild is on record as `projection.rebuilt`.
    ///
    /// - Parameter archives: Files to fold with, from the first event; without them the fold begins with what the
    ///   newest archive left, if there is one.
    /// - Returns: How many events were folded, and how many rows (and nodes of the tree, tables and guards) had
    ///   not been what they must be; those that opening the ledger for `Mending.everything` found are among them.
    /// - Throws: `.corrupt` when what the newest archive left is not what its events give.
    public func rebuild(actor: Actor = .reconciler, archives: [String] = [])
        async throws(LedgerError) -> (events: Int64, differing: Int)
    {
        guard !isReadOnly else { throw LedgerError.readOnly }
        let start = try await folded(with: archives)
        let (events, differing, announcement) = try await writing { writer in
            try writer.rebuild(from: start.state, start.base, actor)
        }
        _ = try await append(AppendBatch(events: [announcement], blobs: start.blobs))
        return (events, differing)
    }

    private struct Folded: Sendable {
        var state: LedgerState
        var base: ProjectionRebuilt.Base?
        var blobs: [Blob] = []
    }

    private func folded(with archives: [String]) async throws(LedgerError) -> Folded {
        let head = try await head()
        guard !archives.isEmpty else { return Folded(state: try await state(at: head)) }
        let whole = try Self.openForReading(
            path: path, projectionVersion: projectionVersion, archives: archives)
        try whole.archives.requireWhole()
        let refolded = try await whole.reading { db in
            try LedgerBase.refolded(whole.stored(db))
        }
        let state = try await blocking { () throws(LedgerError) in
            var state = LedgerState.past()
            try whole.fold(into: &state, upTo: head)
            return state
        }
        return Folded(state: state, base: refolded?.base, blobs: refolded?.blobs ?? [])
    }
}

extension Writer {
    mutating func rebuild(from base: LedgerState, _ left: ProjectionRebuilt.Base?, _ actor: Actor)
        throws -> (Int64, Int, NewEvent)
    {
        var state = base
        var tree = CompactRange()
        // What is appended from now on changes rows again.
        state.keepChanges(true)
        let version = projectionVersion
        let differing = try transaction { _, db in
            let stored = StoredEvents(db: db, version: version)
            try stored.fold(into: &state)
            _ = state.takeChanges()
            let findings = try stored.compareRows(with: state)
            let (mended, nodes) = try TreeNodes(db: db).mended(upTo: state.position)
            try db.execute(sql: "DELETE FROM subject; DELETE FROM checkpoint")
            var position: Int64 = 0
            let statements = try Statements(db, version: version)
            var reader = RecordReader()
            while true {
                let page = try stored.page(after: position, limit: StoredEvents.pageSize)
                let events = try page.events(&reader)
                for event in events { try statements.insertIndex(of: event.envelope) }
                try StoredCheckpoints(db: db).fold(events)
                guard let last = page.places.last else { break }
                position = last.position
            }
            try statements.replaceRows(with: state)
            tree = mended
            return findings.count + nodes
        }
        replace(state: state)
        self.tree = tree
        return (state.position, differing + takeMended(), rebuilt(left, by: actor))
    }
}
