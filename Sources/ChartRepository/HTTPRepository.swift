internal import Digests

extension ChartPuller {
    /// What the index of a repository says of a chart; an index that is still the same is not sent again.
    func entry(
        _ repository: ChartURL, _ chart: String, _ wanted: String, _ credentials: ChartCredentials
    ) async throws(ChartRepositoryError) -> IndexEntry {
        let address = try repository.file("index.yaml")
        let question = EntryQuestion(
            index: address, chart: chart, wanted: wanted, credentials: credentials)
        let known = entries[question]
        let transport = try transport(credentials)
        let answer = try await transport.get(
            address, authorization: credentials.authorization(for: repository.origin),
            unless: known?.validators ?? Validators(), limit: limits.index)
        if answer.status == 304, let known { return known.answer }
        guard (200..<300).contains(answer.status) else { throw transport.refusal(answer) }
        let index = try RepositoryIndex(answer.body, from: "\(address)")
        let entry = try index.entry(chart, wanted, in: "\(repository)")
        entries.keep(entry, Validators(of: answer.headers), of: question)
        return entry
    }

    /// The chart of an entry that names the address of an archive.
    func resolved(
        _ reference: ChartReference, _ entry: IndexEntry, _ chart: String, in repository: ChartURL
    ) throws(ChartRepositoryError) -> ResolvedChart {
        let archive = try repository.file(entry.url)
        if repository.isSecure, !archive.isSecure {
            throw .unsafe("\(archive)", "\(repository) leads there, from HTTPS to plain HTTP")
        }
        return ResolvedChart(
            reference: reference, name: chart, version: entry.version, digest: entry.digest,
            location: "\(archive)", place: .address(archive))
    }
}

extension ChartCredentials {
    func authorization(for origin: ChartURL.Origin) -> Authorization? {
        header.map { Authorization(header: $0, origin: origin) }
    }
}
