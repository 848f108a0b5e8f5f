internal import Digests
internal import EventLog
internal import Projections

/// A name under which a repository may give one archive today and another tomorrow.
private struct ChartVersion: Hashable {
    var repository: String
    var chart: String
    var version: String
}

extension SourceRevision {
    /// `nil` of a folder of Git.
    fileprivate var archive: (name: ChartVersion, digest: Digest)? {
        guard let chart, let version, let digest else { return nil }
        return (ChartVersion(repository: repository, chart: chart, version: version), digest)
    }
}

extension ReplacedArchive {
    fileprivate var name: ChartVersion {
        ChartVersion(repository: repository, chart: chart, version: version)
    }
}

/// The archives that a rendering was made of.
private struct RenderedArchives {
    private var digests: [ChartVersion: Digest] = [:]
    /// What stood under their names before, where that was known to be another.
    private var before: [ChartVersion: Digest] = [:]

    init(_ sources: [SourceRevision]?, _ replaced: [ReplacedArchive]?) {
        for archive in (sources ?? []).compactMap(\.archive) {
            digests[archive.name] = digests[archive.name] ?? archive.digest
        }
        for archive in replaced ?? [] {
            before[archive.name] = before[archive.name] ?? archive.from
        }
    }

    func has(_ name: ChartVersion) -> Bool { digests[name] != nil }

    /// What stood under a name before this digest, when that was another.
    func replaced(_ name: ChartVersion, by digest: Digest) -> ReplacedArchive? {
        let from = digests[name] == digest ? before[name] : digests[name]
        guard let from, from != digest else { return nil }
        return ReplacedArchive {
            $0.chart = name.chart
            $0.from = from
            $0.repository = name.repository
            $0.to = digest
            $0.version = name.version
        }
    }
}

extension EnvironmentReconciler {
    /// Which archives are others than those that the application was last rendered from under the same versions,
    /// once each.
    ///
    /// What was replaced is said as long as its version stays, and again when it comes back.
    ///
    /// - Parameter row: Of the application, as it was rendered last.
    func replaced(
        _ sources: [SourceRevision]?, of application: String, since row: ApplicationRow?
    ) async throws -> [ReplacedArchive] {
        guard let row else { return [] }
        let last = RenderedArchives(row.renderedSources, row.replacedArchives)
        var replaced: [ReplacedArchive] = []
        for (name, digest) in (sources ?? []).compactMap(\.archive) {
            let former =
                last.has(name) ? last : try await lastRendering(of: name, application)
            guard let archive = former?.replaced(name, by: digest) else { continue }
            if !replaced.contains(archive) { replaced.append(archive) }
        }
        return replaced
    }

    /// The last rendering of an application in which a version of a chart had a part; `nil` when there was none
    /// among the newest thousand, or its payload was archived.
    private func lastRendering(of name: ChartVersion, _ application: String) async throws
        -> RenderedArchives?
    {
        var position = try await recorder.store.state { $0.position }
        for _ in 0..<10 {
            let page = try await recorder.store.newest(
                ["manifests.rendered"], of: application, upTo: position, limit: 100)
            for case .manifestsRendered(let rendered)? in page.map(\.event) {
                let archives = RenderedArchives(rendered.sources, rendered.replaced)
                if archives.has(name) { return archives }
            }
            guard let last = page.last, page.count == 100, last.position > 1 else { return nil }
            position = last.position - 1
        }
        return nil
    }
}
