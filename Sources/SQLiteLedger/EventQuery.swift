internal import EventLog
internal import GRDB
internal import Model

/// A filter, answered from the index: what it costs follows what it finds, not how long the ledger is.
struct EventQuery {
    var filter: EventFilter
    var newestFirst: Bool
    var limit: Int
    var before: Int64?

    /// So many commits may begin with the digits that are asked for before events are looked at instead.
    private static let maxCommits = 4096
    /// Fewer digits are those of so many events that looking at them finds a page sooner.
    private static let leastDigits = 2

    func run(_ stored: StoredEvents) throws -> [RecordedEvent] {
        let db = stored.db
        guard limit > 0, let range = try range(stored) else { return [] }
        var lists = try entries.map { entry in
            try PostingList(db, anyOf: [entry], isDescending: newestFirst)
        }
        if filter.types.count > 1 {
            let types = filter.types.sorted().map { IndexEntry(.type, $0) }
            lists.append(try PostingList(db, anyOf: types, isDescending: newestFirst))
        }
        var mustMatch = false
        if let commit = filter.commit {
            if let commits = try self.commits(db, beginningWith: commit) {
                lists.append(try PostingList(db, anyOf: commits, isDescending: newestFirst))
            } else {
                mustMatch = true
            }
        }
        var walk = Walk(lists: lists, range: range, isDescending: newestFirst)
        var events: [RecordedEvent] = []
        while events.count < limit, let position = try walk.next() {
            guard let event = try stored.event(at: position) else {
                throw LedgerError.corrupt(
                    position: position, reason: "event \(position) is missing")
            }
            if !mustMatch || filter.matches(event.envelope) { events.append(event) }
        }
        return events
    }

    /// What must be in the index.
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

    /// The commits on record that begin so; `nil` when there are too many to follow each.
    private func commits(_ db: Database, beginningWith digits: String) throws -> [IndexEntry]? {
        let statement = try RawStatement(
            cached: """
                SELECT min(value) FROM subject WHERE kind = 'commit' AND value >= ? AND value < ?
                """, db)
        guard digits.utf8.count >= Self.leastDigits else { return nil }
        var commits: [IndexEntry] = []
        var from = digits
        while true {
            statement.bind(1, from)
            // Hexadecimal digits stand before "g": everything that begins with these digits.
            statement.bind(2, digits + "g")
            defer { statement.reset() }
            guard try statement.step(), !statement.isNull(0) else { return commits }
            guard commits.count < Self.maxCommits else { return nil }
            let commit = statement.text(0)
            commits.append(IndexEntry(.commit, commit))
            from = commit + "0"
        }
    }

    /// The positions that may be answered; `nil` when there are none.
    private func range(_ stored: StoredEvents) throws -> ClosedRange<Int64>? {
        var first = filter.positions?.lowerBound ?? 1
        var last = filter.positions?.upperBound ?? .max
        // Times never decrease, so a bound of time is a bound of positions.
        if let since = filter.since { first = max(first, try stored.position(from: since)) }
        if let until = filter.until { last = min(last, try stored.position(at: until)) }
        if let before {
            if newestFirst { last = min(last, before - 1) } else { first = max(first, before + 1) }
        }
        last = min(last, try stored.head())
        first = max(first, 1)
        return first <= last ? first...last : nil
    }

    /// The positions on which all lists agree.
    private struct Walk {
        var lists: [PostingList]
        let range: ClosedRange<Int64>
        let isDescending: Bool
        private var target: Int64

        init(lists: [PostingList], range: ClosedRange<Int64>, isDescending: Bool) {
            self.lists = lists
            self.range = range
            self.isDescending = isDescending
            target = isDescending ? range.upperBound : range.lowerBound
        }

        mutating func next() throws -> Int64? {
            var agreeing = 0
            while agreeing < max(lists.count, 1) {
                guard range.contains(target) else { return nil }
                if lists.isEmpty { break }
                for index in lists.indices {
                    guard let position = try lists[index].seek(target) else { return nil }
                    agreeing = position == target ? agreeing + 1 : 1
                    target = position
                    if agreeing >= lists.count { break }
                }
            }
            guard range.contains(target) else { return nil }
            defer { target += isDescending ? -1 : 1 }
            return target
        }
    }
}
