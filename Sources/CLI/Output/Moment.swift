internal import Model
internal import Projections
internal import SQLiteLedger

/// A point of the history, as `--at` and `--since` take it: `@18204`, `sync-42`, a time, or `2h` ago.
enum Moment: Hashable {
    case position(Int64)
    case named(String)
    case time(Timestamp)

    init(_ text: String) throws {
        if text.hasPrefix("@"), let position = Int64(text.dropFirst()), position >= 0 {
            self = .position(position)
        } else if text.hasPrefix("sync-") || text.hasPrefix("plan-") {
            self = .named(text)
        } else if let time = Self.time(text, now: Surroundings.current.now()) {
            self = .time(time)
        } else {
            throw CommandError(
                "\"\(text)\" is no point in time",
                try:
                    "a time (2026-11-02T10:00Z), an age (2h), a position (@18204) or a sync (sync-42)"
            )
        }
    }

    /// The state right after the moment: of a sync, after its last event.
    func state(_ ledger: SQLiteLedger) async throws -> LedgerState {
        try await ledger.state(at: position(ledger))
    }

    func position(_ ledger: SQLiteLedger) async throws -> Int64 {
        switch self {
        case .position(let position):
            let head = try await ledger.head()
            guard position <= head else {
                throw CommandError(
                    "there is no event @\(position)", because: "the last one is @\(head)")
            }
            return position
        case .time(let time): return try await ledger.position(at: time)
        case .named(let name):
            let position: Int64? = try await ledger.state { state in
                if let sync = state.syncs[name] { return sync.finishedPosition ?? state.position }
                return state.plans[name]?.savedPosition
            }
            guard let position else {
                throw CommandError("there is no \(name)", try: "tidemark log lists what there is")
            }
            return position
        }
    }

    /// RFC 3339, also without seconds or time of day; or how long ago: `90s`, `30m`, `2h`, `7d`.
    static func time(_ text: String, now: Timestamp) -> Timestamp? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let last = text.last, let unit = units[last], let count = Int64(text.dropLast()),
            (0...100_000_000).contains(count)
        {
            return now + .seconds(-count * unit)
        }
        if text.count == 10 { return Timestamp(text + "T00:00:00Z") }
        if text.count == 17, text.hasSuffix("Z") { return Timestamp(text.dropLast() + ":00Z") }
        return Timestamp(text)
    }
}

/// The state of the ledger at a moment, or now.
func state(of ledger: SQLiteLedger, at text: String?) async throws -> LedgerState {
    guard let text else { return try await ledger.state { $0 } }
    return try await Moment(text).state(ledger)
}
