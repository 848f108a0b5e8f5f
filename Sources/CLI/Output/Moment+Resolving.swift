internal import ArgumentParser
internal import EventLog
internal import Model
internal import Projections
internal import Server

/// For commands that read: at which moment, and by which of the two clocks.
struct MomentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Show a past moment: a time, an age (2h), @position, sync-N or production~1.",
            valueName: "moment"))
    var at: String?

    @Flag(
        help: ArgumentHelp(
            """
            With a time: what had happened by then, as it is known now, in place of what was known \
            then.
            """))
    var effective = false

    func validate() throws {
        if effective, at == nil {
            throw ValidationError("--effective needs a time: --at 2026-11-02T10:00Z.")
        }
    }

    /// What the ledger says of that moment; the present without `--at`.
    func state(of ledger: any LedgerReading) async throws -> LedgerState {
        guard let at else { return try await ledger.state { $0 } }
        let moment = try Moment(at)
        guard effective else { return try await ledger.state(at: moment.position(ledger)) }
        guard case .time(let time) = moment else {
            throw CommandError(
                "\"\(at)\" is no time", because: "--effective asks for what happened by a time",
                try: "--at 2026-11-02T10:00Z --effective")
        }
        return try await ledger.state(occurredBy: time)
    }
}

extension Moment {
    /// The state right after the moment: of a sync, after its last event.
    func state(_ ledger: any LedgerReading) async throws -> LedgerState {
        try await ledger.state(at: position(ledger))
    }

    /// The last position that belongs to the moment.
    func position(_ ledger: any LedgerReading) async throws -> Int64 {
        switch self {
        case .position(let position):
            let head = try await ledger.head()
            guard position <= head else {
                throw CommandError(
                    "there is no event @\(position)", because: "the last one is @\(head)")
            }
            return position
        case .back(let count): return max(0, try await ledger.head() - count)
        case .time(let time): return try await ledger.position(at: time)
        case .named(let name): return try await last(ledger, name) { $0.sync = name }
        case .commit(let id): return try await firstSeen(id, ledger)
        case .environment(let name, let moment):
            try await checkEnvironment(name, ledger)
            switch moment {
            case .at(let moment): return try await moment.position(ledger)
            case .deploymentsBack(let count): return try await deployment(count, name, ledger)
            }
        }
    }

    private func last(
        _ ledger: any LedgerReading, _ name: String, _ filter: (inout EventFilter) -> Void
    ) async throws -> Int64 {
        // What is attested or approved later is about it, and no part of it.
        let events = try await ledger.events(
            matching: EventFilter(filter), newestFirst: true, limit: 1000)
        guard let last = events.first(where: { $0.envelope.stream == name }) ?? events.first else {
            throw CommandError("there is no \(name)", try: "tidemark log lists what there is")
        }
        return last.position
    }

    private func firstSeen(_ commit: String, _ ledger: any LedgerReading) async throws -> Int64 {
        let events = try await ledger.events(
            matching: EventFilter {
                $0.commit = commit
                $0.types = ["commit.observed"]
            }, newestFirst: false, limit: 20)
        let commits = Set(events.compactMap(\.subjects.commit))
        guard let first = events.first else {
            throw CommandError(
                "no commit \(commit) was seen", try: "tidemark log --type commit.observed")
        }
        guard commits.count == 1 else {
            throw CommandError(
                "\(commit) is short for \(commits.count) commits",
                because: commits.sorted().map { String($0.prefix(12)) }.joined(separator: ", "))
        }
        return first.position
    }

    /// The end of a successful sync of the environment, counted back from the last one.
    private func deployment(_ count: Int, _ environment: String, _ ledger: any LedgerReading)
        async throws -> Int64
    {
        let events = try await ledger.events(
            matching: EventFilter {
                $0.environment = environment
                $0.types = ["sync.succeeded"]
            }, newestFirst: true, limit: min(count, 1_000_000) + 1)
        guard events.count > count else {
            throw CommandError(
                "\(environment) has no deployment \(count) before the last one",
                because: "\(counted(events.count, "sync")) of it succeeded",
                try: "tidemark log --env \(environment) --type sync.succeeded")
        }
        return events[count].position
    }

    private func checkEnvironment(_ name: String, _ ledger: any LedgerReading) async throws {
        let events = try await ledger.events(
            matching: EventFilter { $0.environment = name }, newestFirst: true, limit: 1)
        guard events.isEmpty else { return }
        let known = try await ledger.state { $0.environments.keys }
        throw CommandError(
            "there is no environment \(name)",
            try: known.isEmpty ? nil : "one of: " + known.joined(separator: ", "))
    }
}
