internal import EventLog
internal import Model
internal import Planning

/// A duration for people: `7.2 s`, `3 min 01 s`, `2 h 05 min`.
func text(of duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    if seconds < 60 { return "\(seconds).\(attoseconds / 100_000_000_000_000_000) s" }
    func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds < 3600 { return "\(seconds / 60) min \(padded(seconds % 60)) s" }
    if seconds < 86_400 { return "\(seconds / 3600) h \(padded(seconds / 60 % 60)) min" }
    return "\(seconds / 86_400) d \(padded(seconds / 3600 % 24)) h"
}

/// A time of this day as its clock, any other with its date.
func clock(_ time: Timestamp, now: Timestamp) -> String {
    let text = time.secondsText
    let isToday = text.prefix(10) == now.secondsText.prefix(10)
    return isToday
        ? String(text.dropFirst(11).prefix(8))
        : "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
}

/// `1 object`, `2 objects`.
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

func short(_ commit: String?) -> String { commit.map { String($0.prefix(7)) } ?? "-" }

/// Who did it: `uid:1000 for engineer-a`.
func text(of actor: Actor) -> String {
    actor.onBehalfOf.map { "\(actor.id) for \($0)" } ?? actor.id
}

/// `Deployment/web -n shop`, as addresses are written.
func address(_ key: ObjectKey) -> String {
    key.namespace.isEmpty ? key.shortText : "\(key.shortText) -n \(key.namespace)"
}

func color(of health: StoredHealth) -> Paint.Color? {
    switch health {
    case .healthy: .green
    case .suspended, .unknown: .grey
    case .progressing: .yellow
    case .missing, .degraded: .red
    }
}

func color(of status: SyncStatus) -> Paint.Color? {
    switch status {
    case .synced: .green
    case .outOfSync: .yellow
    case .unknown: .grey
    }
}

extension Mapping {
    /// Sets a text, unless there is none.
    mutating func set(_ key: String, _ text: String?) {
        if let text { self[key] = .string(text) }
    }
    mutating func set(_ key: String, _ number: Int64?) {
        if let number { self[key] = .int(number) }
    }
    mutating func set(_ key: String, _ time: Timestamp?) {
        if let time { self[key] = .string(time.description) }
    }
}
