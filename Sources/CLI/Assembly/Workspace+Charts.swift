internal import ChartRepository
internal import Declarations
internal import Engine
internal import EventLog
internal import Logging
internal import Model
internal import Projections
internal import Server

extension Workspace {
    /// Pulls charts into a folder beside the ledger, from which nothing goes that its present rests on; `shutdown` must
    /// be called once.
    func chartPuller(_ ledger: any LedgerReading, _ log: Logger) -> ChartPuller {
        ChartPuller(cacheFolder: chartsFolder, log: log) {
            try await ledger.state { $0.neededArchives }
        }
    }

    var chartsFolder: String { cacheFolder + "/charts" }

    /// What the charts of a repository are pulled from.
    func charts(of repository: Settings.Repository, _ puller: ChartPuller) -> PulledCharts {
        PulledCharts(puller) { try chartCredentials(of: repository) }
    }

    private func chartCredentials(of repository: Settings.Repository) throws -> ChartCredentials {
        let authority = try repository.caFile.map { try Files.read(path($0)) }
        switch repository.credentials {
        case .none: return authority.map { ChartCredentials(authority: $0) } ?? .none
        case .basic(let username, let password):
            return ChartCredentials(
                username: username, password: try value(of: password), authority: authority)
        case .token(let token):
            return ChartCredentials(token: try value(of: token), authority: authority)
        case .ssh:
            throw CommandError("repository \(repository.name) cannot be logged in to with a key")
        }
    }

    /// The value of a secret, without one final line break.
    private func value(of source: Settings.SecretSource) throws -> String {
        switch source {
        case .file(let file):
            var bytes = try Files.read(path(file))
            if bytes.last == 0x0A { bytes.removeLast() }
            if bytes.last == 0x0D { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        case .environment(let name):
            guard let value = Surroundings.current.environment(name) else {
                throw CommandError(
                    "the variable \(name) is not set",
                    because: "tidemark.yaml names it for a credential")
            }
            return value
        }
    }

    /// Asks a repository for the charts that the applications on record have of it.
    ///
    /// - Returns: What was found.
    func lookAtCharts(of repository: Settings.Repository) async throws -> String {
        let ledger = try await openForReading()
        let rows = try await ledger.present(of: .declared).applications.all
        var requests: Set<ChartRequest> = []
        for row in rows.values where !row.isRemoved {
            let manifest = Array(row.declaration.manifest.utf8)
            let read = readApplications(
                FileTree(entries: ["application.json": .file(manifest)]), path: "")
            for source in read.applications.flatMap(\.sources)
            where settings.repository(of: source)?.name == repository.name {
                if let request = source.chartRequest { requests.insert(request) }
            }
        }
        guard !requests.isEmpty else {
            return "\(repository.url), not asked: no application has a chart of it"
        }
        let puller = chartPuller(ledger, ErrorStreamLog.logger(level: .error))
        let source = TimedCharts(
            charts(of: repository, puller), of: repository, clock: Assembly.clock)
        let result: Result<[PinnedChart], any Error>
        do {
            var pinned: [PinnedChart] = []
            for request in requests { pinned.append(try await source.resolve(request)) }
            result = .success(pinned)
        } catch { result = .failure(error) }
        await puller.shutdown()
        let found = try result.get().map { "\($0.chart) \($0.version)" }.sorted()
        return "\(repository.url): \(found.joined(separator: ", "))"
    }
}
