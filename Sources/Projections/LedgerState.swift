public import EventLog
public import Model

/// The present, folded from the ledger: what the reconciler decides from and the commands show.
///
/// Deleting every stored row and folding the ledger again gives the same rows; nothing else may write
/// to them. A past moment is the same fold, stopped earlier.
public struct LedgerState: Sendable {
    /// Raised whenever the meaning of a row changes, so that stored rows are dropped and folded again.
    public static let version = 6

    /// The last event folded in; 0 before the first.
    public internal(set) var position: Int64 = 0
    public internal(set) var recordedAt: Timestamp?

    public internal(set) var ledger = Table<LedgerRow>("ledger")
    public internal(set) var repositories = Table<RepositoryRow>("repositories")
    public internal(set) var commits = Table<CommitRow>("commits")
    public internal(set) var environments = Table<EnvironmentRow>("environments")
    public internal(set) var applications = Table<ApplicationRow>("applications")
    public internal(set) var objects = Table<ObjectRow>("objects")
    public internal(set) var syncs = Table<SyncRow>("syncs")
    public internal(set) var steps = Table<StepRow>("steps")
    public internal(set) var plans = Table<PlanRow>("plans")
    public internal(set) var pushes = Table<PushRow>("pushes")

    public init() {}

    /// A state that is folded to be read, and never asked for its changes.
    ///
    /// - Complexity: Folding it costs about half of what folding one that keeps its changes costs.
    public static func past() -> LedgerState {
        var state = LedgerState()
        state.keepChanges(false)
        return state
    }

    /// The key of an object's row.
    public static func objectKey(_ environment: String, _ object: ObjectKey) -> String {
        var key = environment
        key.reserveCapacity(
            environment.utf8.count + object.group.utf8.count + object.kind.utf8.count
                + object.namespace.utf8.count + object.name.utf8.count + 4)
        key += "|"
        key += object.group
        key += "/"
        key += object.kind
        key += "/"
        key += object.namespace
        key += "/"
        key += object.name
        return key
    }

    /// The key of a step's row.
    public static func stepKey(_ sync: String, _ step: Int) -> String {
        var key = sync
        key += "/"
        key += String(step)
        return key
    }

    /// The stream of each noun.
    public enum Stream {
        public static let ledger = "ledger"
        public static func repository(_ name: String) -> String { "repository/\(name)" }
        public static func environment(_ name: String) -> String { "environment/\(name)" }
        public static func application(_ name: String) -> String { "application/\(name)" }
        /// Also of a plan: `sync-42` and `plan-17` are their own streams.
        public static func named(_ name: String) -> String { name }
    }

    /// The steps of a sync in the order of their numbers.
    public func steps(of sync: String) -> [StepRow] {
        var rows: [StepRow] = []
        for number in stepNumbers[sync] ?? [] {
            if let row = steps[Self.stepKey(sync, number)] { rows.append(row) }
        }
        return rows
    }

    /// The keys of the objects an application has or had.
    public func objectKeys(of application: String) -> Set<String> { objectsOf[application] ?? [] }

    // Look-up helpers, rebuilt with the rows and not stored.
    /// In ascending order, by sync.
    private var stepNumbers: [String: [Int]] = [:]
    var objectsOf: [String: Set<String>] = [:]
}

extension LedgerState {
    /// Folds in the next event.
    ///
    /// Total: any sequence of decoded events is accepted, because what is in the ledger has happened. A
    /// redacted event has no payload, and only counts.
    ///
    /// - Precondition: `recorded.position` is `position + 1`.
    public mutating func apply(_ recorded: RecordedEvent) {
        precondition(recorded.position == position + 1, "events are folded in order, without gaps")
        position = recorded.position
        recordedAt = recorded.envelope.recordedAt
        fold(recorded.event, recorded.envelope)
    }

    /// Moves on without folding the next event in: for questions that leave some events out.
    ///
    /// - Precondition: As of `apply`.
    public mutating func pass(over recorded: RecordedEvent) {
        precondition(recorded.position == position + 1, "events are passed in order, without gaps")
        position = recorded.position
        recordedAt = recorded.envelope.recordedAt
    }

    /// Folds in an event though events before it were left out.
    ///
    /// Only rows whose events were all folded are then what a fold of everything gives.
    ///
    /// - Precondition: `recorded.position` is above `position`.
    public mutating func apply(leaping recorded: RecordedEvent) {
        precondition(recorded.position > position, "events are folded in order")
        position = recorded.position - 1
        apply(recorded)
    }

    /// Syncs and plans are numbered, and no number is given twice.
    mutating func foldGone(_ envelope: Envelope) {
        switch envelope.type {
        case EventCodec.name(of: .syncRequested(SyncRequested())).type:
            ledger.upsert("ledger") { $0.syncs += 1 }
        case EventCodec.name(of: .planSaved(PlanSaved())).type:
            ledger.upsert("ledger") { $0.plans += 1 }
        default: break
        }
    }

    /// The rows that changed since the last call, to be stored in the same transaction as the events.
    public mutating func takeChanges() -> [RowChange] {
        var changes: [RowChange] = []
        ledger.takeChanges(&changes)
        repositories.takeChanges(&changes)
        commits.takeChanges(&changes)
        environments.takeChanges(&changes)
        applications.takeChanges(&changes)
        objects.takeChanges(&changes)
        syncs.takeChanges(&changes)
        steps.takeChanges(&changes)
        plans.takeChanges(&changes)
        pushes.takeChanges(&changes)
        return changes
    }

    /// Decides whether changed rows are remembered for `takeChanges()`, as they are unless told otherwise.
    public mutating func keepChanges(_ isWanted: Bool) {
        ledger.keepChanges(isWanted)
        repositories.keepChanges(isWanted)
        commits.keepChanges(isWanted)
        environments.keepChanges(isWanted)
        applications.keepChanges(isWanted)
        objects.keepChanges(isWanted)
        syncs.keepChanges(isWanted)
        steps.keepChanges(isWanted)
        plans.keepChanges(isWanted)
        pushes.keepChanges(isWanted)
    }

    /// Takes back the events folded in since the last `takeChanges()`; for an append that failed.
    public mutating func revertChanges(to position: Int64, recordedAt: Timestamp?) {
        ledger.revertChanges()
        repositories.revertChanges()
        commits.revertChanges()
        environments.revertChanges()
        applications.revertChanges()
        objects.revertChanges()
        syncs.revertChanges()
        steps.revertChanges()
        plans.revertChanges()
        pushes.revertChanges()
        self.position = position
        self.recordedAt = recordedAt
        rebuildLookups()
    }

    /// Every row in its stored form, by projection and key: what a rebuild is compared with.
    public func storedRows() -> [RowChange] {
        ledger.storedRows() + repositories.storedRows() + commits.storedRows()
            + environments.storedRows() + applications.storedRows() + objects.storedRows()
            + syncs.storedRows() + steps.storedRows() + plans.storedRows() + pushes.storedRows()
    }

    /// Hands over every row in its stored form, one after another, in no particular order.
    public func forEachStoredRow(_ body: (RowChange) throws -> Void) rethrows {
        try ledger.forEachStoredRow(body)
        try repositories.forEachStoredRow(body)
        try commits.forEachStoredRow(body)
        try environments.forEachStoredRow(body)
        try applications.forEachStoredRow(body)
        try objects.forEachStoredRow(body)
        try syncs.forEachStoredRow(body)
        try steps.forEachStoredRow(body)
        try plans.forEachStoredRow(body)
        try pushes.forEachStoredRow(body)
    }

    /// How many rows there are.
    public var rowCount: Int {
        ledger.count + repositories.count + commits.count + environments.count + applications.count
            + objects.count + syncs.count + steps.count + plans.count + pushes.count
    }

    /// The stored form of one row; `nil` when there is none.
    public func storedRow(_ projection: String, _ key: String) -> [UInt8]? {
        switch projection {
        case ledger.name: ledger.storedRow(key)
        case repositories.name: repositories.storedRow(key)
        case commits.name: commits.storedRow(key)
        case environments.name: environments.storedRow(key)
        case applications.name: applications.storedRow(key)
        case objects.name: objects.storedRow(key)
        case syncs.name: syncs.storedRow(key)
        case steps.name: steps.storedRow(key)
        case plans.name: plans.storedRow(key)
        case pushes.name: pushes.storedRow(key)
        default: nil
        }
    }

    /// The state that stored rows give, at the position they were stored at.
    public init(
        rows: some Sequence<RowChange>, position: Int64, recordedAt: Timestamp?
    ) throws(CodecError) {
        self.init()
        self.position = position
        self.recordedAt = recordedAt
        var reader = RecordReader()
        for row in rows {
            guard let bytes = row.bytes else { continue }
            switch row.projection {
            case ledger.name: try ledger.load(row.key, bytes, &reader)
            case repositories.name: try repositories.load(row.key, bytes, &reader)
            case commits.name: try commits.load(row.key, bytes, &reader)
            case environments.name: try environments.load(row.key, bytes, &reader)
            case applications.name: try applications.load(row.key, bytes, &reader)
            case objects.name: try objects.load(row.key, bytes, &reader)
            case syncs.name: try syncs.load(row.key, bytes, &reader)
            case steps.name: try steps.load(row.key, bytes, &reader)
            case plans.name: try plans.load(row.key, bytes, &reader)
            case pushes.name: try pushes.load(row.key, bytes, &reader)
            default: throw CodecError.unknownValue(row.projection, of: "projection")
            }
        }
        rebuildLookups()
    }

    private mutating func rebuildLookups() {
        stepNumbers = [:]
        objectsOf = [:]
        steps.forEachRow { key, _ in noteStep(key) }
        for sync in stepNumbers.keys { stepNumbers[sync]?.sort() }
        objects.forEachRow { key, row in objectsOf[row.application, default: []].insert(key) }
    }

    /// To be sorted afterwards.
    private mutating func noteStep(_ key: String) {
        guard let slash = key.utf8.lastIndex(of: UInt8(ascii: "/")),
            let number = Int(key[key.utf8.index(after: slash)...])
        else { return }
        stepNumbers[String(key[..<slash]), default: []].append(number)
    }

    mutating func noteStep(_ number: Int, of sync: String) {
        stepNumbers[sync, default: []].insert(ascending: number)
    }
}

extension [Int] {
    /// Inserts a number that nearly always is the greatest; nothing when it is there.
    fileprivate mutating func insert(ascending number: Int) {
        let place = lastIndex { $0 <= number }
        if let place, self[place] == number { return }
        insert(number, at: place.map { $0 + 1 } ?? 0)
    }
}
