internal import Declarations
public import Model

/// A time in which syncs may run, or may not: Argo CD's sync window.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync_windows/
public struct SyncWindow: Hashable, Sendable {
    public enum Kind: String, Sendable { case allow, deny }

    public var kind: Kind
    /// When the window opens, in UTC.
    public var schedule: CronSchedule
    /// How long it stays open each time; more than nothing, and a year at most.
    public var duration: Duration

    /// Reads `deny 0 22 * * 5 60h`: the kind, the schedule, the duration; `nil` for anything else.
    public init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count >= 3, let kind = words.first.flatMap(Kind.init(rawValue:)),
            let schedule = CronSchedule(words[1..<(words.count - 1)].joined(separator: " ")),
            let duration = words.last.flatMap(Duration.init(goText:)),
            duration > .zero, duration <= .seconds(366 * 86_400)
        else { return nil }
        self.kind = kind
        self.schedule = schedule
        self.duration = duration
    }

    /// Since when the window is open at a time; `nil` when it is not.
    public func openSince(at time: Timestamp) -> Timestamp? {
        guard let opened = schedule.last(before: time, notBefore: time + (.zero - duration)),
            time < opened + duration
        else { return nil }
        return opened
    }

    /// Whether windows let a sync run: none that denies is open, and when some allow, one of them is.
    public static func allow(_ windows: [SyncWindow], at time: Timestamp) -> Bool {
        if windows.contains(where: { $0.kind == .deny && $0.openSince(at: time) != nil }) {
            return false
        }
        let allowing = windows.filter { $0.kind == .allow }
        return allowing.isEmpty || allowing.contains { $0.openSince(at: time) != nil }
    }
}
