internal import Model

/// A point of the history, as every `--at` and `--since` takes it.
///
/// `@18204`, `@-5` (five events back), `sync-42`, `plan-17`, a time, an age (`2h`), `yesterday`, a commit (when it
/// was first seen), and of an environment: `production` now, `production@{MOMENT}`, `production~1` (after the
/// deployment before the last one).
indirect enum Moment: Hashable {
    case position(Int64)
    case back(Int64)
    case named(String)
    case commit(String)
    case time(Timestamp)
    case environment(String, EnvironmentMoment)

    enum EnvironmentMoment: Hashable {
        case at(Moment)
        /// So many successful syncs before the last one.
        case deploymentsBack(Int)
    }

    static let forms =
        "a time (2026-11-02T10:00Z), an age (2h), yesterday, a position (@18204), a sync (sync-42), a commit, "
        + "or production~1"

    init(_ text: String) throws {
        guard let moment = try Self.read(text) else {
            throw CommandError("\"\(text)\" is no point in time", try: Self.forms)
        }
        self = moment
    }

    private static func read(_ text: String) throws -> Moment? {
        if let environment = try EnvironmentReference.read(text) {
            return environment.moment.map { .environment(environment.name, $0) }
        }
        if text.hasPrefix("@-"), let count = Int64(text.dropFirst(2)), count >= 0 {
            return .back(count)
        }
        if text.hasPrefix("@"), let position = Int64(text.dropFirst()), position >= 0 {
            return .position(position)
        }
        if text.hasPrefix("sync-") || text.hasPrefix("plan-") { return .named(text) }
        if let time = time(text, now: Surroundings.current.now()) { return .time(time) }
        let isCommit = (7...40).contains(text.count) && text.allSatisfy { $0.isHexDigit }
        return isCommit ? .commit(text.lowercased()) : nil
    }

    /// RFC 3339, also without seconds or time of day; how long ago: `90s`, `30m`, `2h`, `7d`, `2w`; or `now`,
    /// `today` and `yesterday`, which begin at midnight UTC.
    static func time(_ text: String, now: Timestamp) -> Timestamp? {
        let units: [Character: Int64] = [
            "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400,
        ]
        let midnight = Timestamp(seconds: now.dayNumber * 86_400)
        switch text {
        case "now": return now
        case "today": return midnight
        case "yesterday": return midnight + .seconds(-86_400)
        default: break
        }
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

/// An environment at a moment: `production`, `production@{yesterday}`, `production~1`.
struct EnvironmentReference: Hashable {
    var name: String
    /// `nil` means now.
    var moment: Moment.EnvironmentMoment?

    init(_ text: String) throws {
        self = try Self.read(text) ?? EnvironmentReference(name: text, moment: nil)
    }

    private init(name: String, moment: Moment.EnvironmentMoment?) {
        self.name = name
        self.moment = moment
    }

    /// Reads the forms that name a moment; `nil` for any other text.
    static func read(_ text: String) throws -> EnvironmentReference? {
        if text.hasSuffix("}"), let brace = text.firstRange(of: "@{") {
            let inner = text[brace.upperBound...].dropLast()
            return EnvironmentReference(
                name: String(text[..<brace.lowerBound]), moment: .at(try Moment(String(inner))))
        }
        guard let tilde = text.lastIndex(of: "~"), tilde > text.startIndex else { return nil }
        let digits = text[text.index(after: tilde)...]
        guard digits.isEmpty || Int(digits) != nil, digits.first != "-" else { return nil }
        return EnvironmentReference(
            name: String(text[..<tilde]), moment: .deploymentsBack(Int(digits) ?? 1))
    }
}
