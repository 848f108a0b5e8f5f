public import Declarations
internal import Digests
internal import EventLog
internal import GitRepository
public import Model
public import Rendering

/// One source of an application, with where it stands.
struct LocatedSource: Sendable, Equatable {
    enum Place: Sendable, Equatable {
        case commit(CommitID)
        case chart(PinnedChart)
    }

    var repository: String
    var place: Place
    /// Of what is in its folder; `nil` when there is no such folder.
    var treeID: String?
    /// What is known of the commit's signature, where that matters.
    var signature: CommitObserved.Signature?

    var commit: CommitID? {
        switch place {
        case .commit(let commit): commit
        case .chart: nil
        }
    }

    /// What `$ARGOCD_APP_REVISION` stands for.
    var revision: String {
        switch place {
        case .commit(let commit): commit.description
        case .chart(let chart): chart.version
        }
    }
}

extension EnvironmentReconciler.Target {
    /// What is recorded of the sources; `nil` of one of Git, whose commit stands in the subjects.
    var recordedSources: [SourceRevision]? {
        guard application.sources.count > 1 || application.source.chart != nil else { return nil }
        return zip(application.sources, sources).map { source, located in
            SourceRevision {
                $0.path = source.path
                $0.ref = source.ref
                $0.repository = located.repository
                $0.targetRevision = source.targetRevision
                switch located.place {
                case .commit(let commit): $0.commit = commit.description
                case .chart(let chart):
                    $0.chart = chart.chart
                    $0.version = chart.version
                    $0.digest = chart.digest
                }
            }
        }
    }

    /// The target as it was when the sources stood elsewhere.
    ///
    /// - Parameter recorded: Of several sources what each was at; of those that are not among them the present
    ///   place counts.
    func asOf(_ commit: CommitID, _ recorded: [SourceRevision]?) -> Self {
        var past = self
        past.commit = commit
        past.sources = zip(application.sources, sources).map { source, located in
            var located = located
            let same = recorded?.filter {
                $0.repository == located.repository && source.isSame(as: $0)
            }
            // It may have followed another revision then.
            let known = same?.first { $0.targetRevision == source.targetRevision } ?? same?.first
            if let place = known?.place(of: source) {
                located.place = place
            } else if source == application.source, source.chart == nil {
                located.place = .commit(commit)
            }
            return located
        }
        return past
    }
}

extension SourceRevision {
    /// Where the source stood.
    func place(of source: Application.Source) -> LocatedSource.Place? {
        if let chart = pinned(repoURL: source.repoURL) { return .chart(chart) }
        return commit.flatMap { CommitID($0) }.map { .commit($0) }
    }
}

extension Application.Source {
    /// What is asked of the repository of a chart; `nil` of a folder of Git.
    public var chartRequest: ChartRequest? {
        chart.map { ChartRequest(repoURL: repoURL, chart: $0, targetRevision: targetRevision) }
    }

    /// Whether a recorded source is this one, wherever it stood.
    fileprivate func isSame(as recorded: SourceRevision) -> Bool {
        recorded.path == path && recorded.ref == ref && recorded.chart == chart
    }
}

extension EnvironmentReconciler {
    /// The target with the folders that its commits have.
    func withFolders(_ target: Target) async throws -> Target {
        var target = target
        for (index, source) in zip(target.sources.indices, target.application.sources) {
            switch target.sources[index].place {
            case .commit(let commit):
                guard let repository = sources[target.sources[index].repository] else { continue }
                target.sources[index].treeID = try await repository.treeID(
                    at: commit, path: target.application.scope(of: source))
            case .chart(let chart): target.sources[index].treeID = chart.digest.description
            }
        }
        target.treeID = target.application.treeID(of: target.sources)
        return target
    }

    /// The files of every source, in their order.
    ///
    /// - Throws: `Problems` when a repository or a folder is not there.
    func trees(of target: Target) async throws -> [FileTree] {
        var trees: [FileTree] = []
        for (source, located) in zip(target.application.sources, target.sources) {
            switch located.place {
            case .commit(let commit):
                trees.append(try await tree(of: source, located, at: commit, target))
            case .chart(let chart):
                trees.append(try await tree(of: chart, located.repository, target))
            }
        }
        return trees
    }

    /// The files of an archive.
    ///
    /// - Throws: `Problems` when it is no chart; `ChartRepositoryError` when it is not to be had just now.
    private func tree(of chart: PinnedChart, _ repository: String, _ target: Target) async throws
        -> FileTree
    {
        guard let source = charts[repository] else {
            throw Problems([
                Problem(at: target.application.location, "repository \(repository) is unknown")
            ])
        }
        let bytes = try await source.archive(of: chart)
        do {
            return try FileTree(chart: bytes)
        } catch {
            throw Problems([
                Problem(
                    at: target.application.location,
                    "chart \(chart.chart) \(chart.version) of \(repository): \(error.message)",
                    hint: error.hint)
            ])
        }
    }

    private func tree(
        of source: Application.Source, _ located: LocatedSource, at commit: CommitID,
        _ target: Target
    ) async throws -> FileTree {
        let place = target.application.location
        guard let repository = sources[located.repository] else {
            throw Problems([
                Problem(at: place, "repository \(located.repository) is unknown")
            ])
        }
        guard located.treeID != nil else {
            // A value file that is missing is named where it is read.
            guard source.isRendered else { return FileTree(entries: [:]) }
            throw Problems([
                Problem(
                    at: place,
                    "path \(source.path) does not exist at commit \(commit.short)"
                        + (target.sources.count > 1 ? " of \(located.repository)" : ""))
            ])
        }
        return try await repository.tree(at: commit, under: target.application.scope(of: source))
    }
}

extension Application {
    /// Of everything that the sources hold; `nil` when a folder is missing.
    func treeID(of located: [LocatedSource]) -> String? {
        guard located.count > 1 else { return located.first?.treeID }
        var builder = DigestBuilder()
        for (source, located) in zip(sources, located) {
            guard located.treeID != nil || !source.isRendered else { return nil }
            builder.update(field: located.treeID ?? "")
            if source.namesCommit { builder.update(field: located.commit?.description ?? "") }
        }
        return builder.finish().description
    }

    /// The sources as they are on record; a folder of Git that is not was at the commit, in the repository.
    func located(_ recorded: [SourceRevision]?, in repository: String, at commit: CommitID)
        -> [LocatedSource]
    {
        sources.enumerated().map { index, source in
            let known = recorded.flatMap { $0.indices.contains(index) ? $0[index] : nil }
            return LocatedSource(
                repository: known?.repository ?? repository,
                place: known?.place(of: source) ?? .commit(commit))
        }
    }

    /// This application as if it had this source alone.
    func only(_ source: Source) -> Application {
        var one = self
        one.sources = [source]
        return one
    }

    /// The folder that everything a rendering reads of a source is in: the root of the repository when a chart's
    /// values come from elsewhere in it.
    package func scope(of source: Source) -> String {
        var folders = source.isRendered ? [source.scope] : []
        folders += references(to: source).map { $0.map(literalFolder) ?? "" }
        guard var common = folders.first?.split(separator: "/") else { return "" }
        for folder in folders {
            let parts = folder.split(separator: "/")
            common = zip(common, parts).prefix { $0 == $1 }.map(\.0)
        }
        return common.joined(separator: "/")
    }

    /// Whether a path may be read from one of the sources for which `isThere` holds.
    func mayRead(_ path: String, where isThere: (Source) -> Bool) -> Bool {
        sources.contains { source in
            guard isThere(source) else { return false }
            if source.isRendered, source.mayRead(path) { return true }
            return references(to: source).contains { place in
                guard let place else { return true }
                return path == place || (try? Glob(place, separator: "/"))?.matches(path) == true
            }
        }
    }

    /// Where value files of other sources are in this one, which they name by its `ref`; `nil` of a place that
    /// is not known before a variable is.
    private func references(to source: Source) -> [String?] {
        guard let name = source.ref else { return [] }
        return sources.flatMap(\.valueFiles).filter { HelmSource.reference(in: $0) == name }.map {
            let path = String($0.dropFirst(name.count + 1))
            return path.contains("$") ? nil : pathInRepository(path, from: "")
        }
    }
}

/// The folders of a path before its name and before anything that stands for several.
private func literalFolder(_ path: String) -> String {
    path.split(separator: "/").dropLast()
        .prefix { part in !part.contains { "*?[{".contains($0) } }.joined(separator: "/")
}

extension FileTree {
    /// The files of a chart's archive, from the chart's own folder.
    public init(chart bytes: [UInt8]) throws(ChartError) {
        let files = try unpackedChart(bytes)
        self.init(
            entries: Dictionary(
                files.map { ($0.name, .file($0.bytes)) }, uniquingKeysWith: { _, last in last }))
    }
}
