internal import Declarations
internal import EventLog
public import Model

/// What became of making a recorded plan again.
public struct Replay: Equatable, Sendable {
    public var recorded: SyncPlan
    public var replayed: SyncPlan
    /// Whether the sync windows of the questions would have let the sync run when it was planned; `nil`
    /// when no window was asked about.
    public var isInWindow: Bool?

    /// Makes the plan of a recorded input again, with other facts where a question asks for them.
    public init(of recorded: SyncPlan, from input: RecordedInput, asking questions: [WhatIf] = []) {
        var input = input.input
        for question in questions { question.change(&input) }
        let windows = questions.compactMap {
            if case .window(let window) = $0 { window } else { nil }
        }
        self.recorded = recorded
        replayed = plan(input)
        isInWindow = windows.isEmpty ? nil : SyncWindow.allow(windows, at: input.time)
    }

    /// Whether both plans have the same bytes.
    public var isSame: Bool { recorded.bytes == replayed.bytes }

    /// Whether a difference means that this program contradicts itself: it made the recorded plan by the
    /// same rules.
    public var isContradiction: Bool {
        !isSame && recorded.plannerVersion == replayed.plannerVersion
    }

    /// The steps and skipped prunes that only one of both plans has: recorded ones first, each side in the
    /// order of its plan.
    public var differences: [Difference] {
        let (old, new) = (recorded.replayLines, replayed.replayLines)
        let (before, after) = (Set(old), Set(new))
        return old.filter { !after.contains($0) }.map { Difference(side: .recorded, text: $0) }
            + new.filter { !before.contains($0) }.map { Difference(side: .replayed, text: $0) }
    }

    public struct Difference: Hashable, Sendable {
        public enum Side: String, Sendable { case recorded, replayed }

        public var side: Side
        /// One line about a step: `Sync 1 update Deployment/web -n shop (spec.replicas)`.
        public var text: String
    }
}

extension SyncPlan {
    /// One line for everything the plan does or leaves, without the numbers of the steps: a step that comes
    /// in before others does not make all of them differ.
    fileprivate var replayLines: [String] {
        steps.map { step in
            let fields = step.fields.map {
                "\($0.path) \($0.live ?? "(absent)") → \($0.desired ?? "(absent)")"
            }
            let list = fields.isEmpty ? "" : " (\(fields.joined(separator: ", ")))"
            let condition = step.condition.map { " when \($0.rawValue)" } ?? ""
            return "\(step.phase.rawValue) \(step.wave) \(step.action.rawValue), "
                + "\(step.change.rawValue): \(step.key.shortText)\(step.key.place)\(condition)\(list)"
        } + pruneSkipped.map { "keep \($0.key.shortText)\($0.key.place): \($0.reason)" }
    }
}

extension ObjectKey {
    /// ` -n shop`, or nothing of a cluster-scoped object.
    fileprivate var place: String { namespace.isEmpty ? "" : " -n \(namespace)" }
}

/// A fact of a recorded plan's input that is to be another, in a question such as
/// `replay sync-42 --with prune=false`.
public enum WhatIf: Hashable, Sendable {
    case prune(Bool)
    case pruneLast(Bool)
    case applyOutOfSyncOnly(Bool)
    case time(Timestamp)
    /// A sync window in force; several may be given.
    case window(SyncWindow)

    /// The names that `init(_:)` reads.
    public static let names = ["applyOutOfSyncOnly", "prune", "pruneLast", "time", "window"]

    /// Reads `KEY=VALUE`.
    ///
    /// - Throws: What is wrong, in one sentence.
    public init(_ text: String) throws(WhatIfError) {
        guard let equals = text.firstIndex(of: "=") else { throw .noValue(text) }
        let (name, value) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
        switch name {
        case "prune": self = .prune(try Self.truth(name, value))
        case "pruneLast": self = .pruneLast(try Self.truth(name, value))
        case "applyOutOfSyncOnly": self = .applyOutOfSyncOnly(try Self.truth(name, value))
        case "time":
            let isShort = value.utf8.count == "2026-11-02T10:00Z".utf8.count && value.hasSuffix("Z")
            guard let time = Timestamp(isShort ? value.dropLast() + ":00Z" : value) else {
                throw .badValue(name, value, "a time (2026-11-02T10:00Z)")
            }
            self = .time(time)
        case "window":
            guard let window = SyncWindow(value) else {
                throw .badValue(
                    name, value, "a kind, a schedule and a duration (deny 0 22 * * 5 60h)")
            }
            self = .window(window)
        default: throw .unknown(name)
        }
    }

    private static func truth(_ name: String, _ value: String) throws(WhatIfError) -> Bool {
        switch value {
        case "true": true
        case "false": false
        default: throw .badValue(name, value, "true or false")
        }
    }

    fileprivate func change(_ input: inout PlanningInput) {
        switch self {
        case .prune(let value): input.isPruning = value
        case .pruneLast(let value): input.isPrunedLast = value
        case .applyOutOfSyncOnly(let value): input.onlyOutOfSync = value
        case .time(let value): input.time = value
        case .window: break  // Decides whether a sync runs, not what it does.
        }
    }
}

/// Why a what-if question cannot be asked.
public enum WhatIfError: Error, Equatable, Sendable {
    case noValue(String)
    case unknown(String)
    case badValue(String, String, String)
}

extension WhatIfError: Diagnostic {
    public var summary: String {
        switch self {
        case .noValue(let text): "\"\(text)\" asks nothing"
        case .unknown(let name): "a plan is not decided from \"\(name)\""
        case .badValue(let name, let value, let kind): "\(name) is \(kind), not \"\(value)\""
        }
    }

    public var hint: String? {
        switch self {
        case .noValue: "KEY=VALUE, such as prune=false"
        case .unknown: "one of: " + WhatIf.names.joined(separator: ", ")
        case .badValue: nil
        }
    }
}
