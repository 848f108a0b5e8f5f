internal import Digests

extension ChartPuller {
    /// What the index of a repository says of a chart.
    func entry(
        _ repository: ChartURL, _ chart: String, _ wanted: String, _ credentials: ChartCredentials
    ) async throws(ChartRepositoryError) -> IndexEntry {
        let address = try repository.file("index.yaml")
        let answer = try await transport(credentials).fetch(
            address, authorization: credentials.authorization(for: repository.origin),
            limit: limits.index)
        let index = try RepositoryIndex(answer.body, from: "\(address)")
        return try index.entry(chart, wanted, in: "\(repository)")
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
