internal import ArgumentParser
internal import ChartRepository
internal import Deadline
internal import Logging
internal import Model

/// The options of `helm template` for charts that lie elsewhere.
struct RepositoryArguments: ParsableArguments {
    @Option(help: "Address of the repository in which the chart is looked up by its name.")
    var repo: String?

    @Option(help: "Version of the chart, or a range such as '^1.2'; without it the newest.")
    var version: String?

    @Flag(help: "Also versions with a prerelease, as --version '>0.0.0-0' does.")
    var devel = false

    @Option(help: "User name for the repository or registry.")
    var username: String?

    @Option(help: "Password for it, which others on this machine can see; a file is better.")
    var password: String?

    @Option(help: "File with the password.")
    var passwordFile: String?

    @Option(help: "File of certificates (PEM) to trust in place of the system's.")
    var caFile: String?

    @Option(
        help: "Folder in which archives are kept (default: tidemark/charts in the user's cache).")
    var chartCache: String?

    /// The chart that is meant, when it lies elsewhere.
    func reference(_ source: String) throws -> ChartReference? {
        let version = self.version ?? (devel ? ">0.0.0-0" : "")
        if let repo {
            return try ChartReference(repository: repo, chart: source, version: version)
        }
        if source.hasPrefix("oci://") {
            return try ChartReference(oci: source, version: version)
        }
        guard source.hasPrefix("https://") || source.hasPrefix("http://") else { return nil }
        guard self.version == nil, !devel else {
            throw CommandError(
                "cannot choose a version of \(source.prefix { $0 != "?" })",
                because: "it is the address of one archive",
                try: "name the repository with --repo, and the chart by its name")
        }
        return try ChartReference(archive: source)
    }

    /// No option is ignored in silence.
    func refuse(for source: String) throws {
        guard
            version != nil || devel || username != nil || password != nil || passwordFile != nil
                || caFile != nil || chartCache != nil
        else { return }
        throw CommandError(
            "\(source) is on this machine",
            because: "versions, credentials and the folder of archives are for charts elsewhere",
            try: "name the repository with --repo, or give an address: oci://… or https://…")
    }

    /// For finding a chart and pulling it.
    private static let deadline = PullLimits.standard.request

    /// Pulls a chart and gives its archive.
    func pull(_ reference: ChartReference) async throws -> [UInt8] {
        let puller = ChartPuller(
            cacheFolder: try folder(), log: ErrorStreamLog.logger(level: .warning))
        let result: Result<PulledChart, any Error>
        do {
            let credentials = try credentials()
            result = .success(
                try await withDeadline(Self.deadline) {
                    try await puller.pull(reference, credentials: credentials)
                })
        } catch let passed as DeadlinePassed {
            result = .failure(
                ChartRepositoryError.unreachable(
                    "\(reference)", "it did not answer within \(passed.after)"))
        } catch ChartRepositoryError.unreachable(let url, let why) {
            // Of a repository the address alone does not say which chart was wanted of it.
            result = .failure(
                ChartRepositoryError.unreachable(url, "\(why); it was asked for \(reference)"))
        } catch { result = .failure(error) }
        await puller.shutdown()
        return try result.get().bytes
    }

    private func credentials() throws -> ChartCredentials {
        let surroundings = Surroundings.current
        let authority = try caFile.map { try Files.read(surroundings.path($0)) }
        var password = self.password
        if let passwordFile {
            guard password == nil else {
                throw CommandError("--password and --password-file contradict each other")
            }
            var bytes = try Files.read(surroundings.path(passwordFile))
            while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
            password = String(decoding: bytes, as: UTF8.self)
        }
        guard username != nil || password != nil else {
            return authority.map { ChartCredentials(authority: $0) } ?? .none
        }
        guard let username, let password else {
            throw CommandError(
                "a user name and a password belong together",
                try: "give --username and --password-file")
        }
        return ChartCredentials(username: username, password: password, authority: authority)
    }

    // Source: https://specifications.freedesktop.org/basedir-spec/latest/#variables
    private func folder() throws -> String {
        let surroundings = Surroundings.current
        if let chartCache { return surroundings.path(chartCache) }
        if let caches = surroundings.environment("XDG_CACHE_HOME"), caches.hasPrefix("/") {
            return caches + "/tidemark/charts"
        }
        if let home = surroundings.environment("HOME"), home.hasPrefix("/") {
            return home + "/.cache/tidemark/charts"
        }
        throw CommandError(
            "there is no folder to keep charts in",
            because: "neither XDG_CACHE_HOME nor HOME is set",
            try: "name one with --chart-cache")
    }
}
