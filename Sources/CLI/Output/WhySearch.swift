internal import ChartRepository
internal import Declarations
internal import Digests
internal import Engine
internal import EventLog
internal import GitRepository
internal import Model
internal import Projections
internal import Rendering
internal import Server
internal import YAML

/// Goes from a field of a live object back to the lines that wrote it.
struct WhySearch {
    let workspace: Workspace
    let ledger: any LedgerReading
    let field: FieldPath
    /// As of this event; `nil` for now.
    let position: Int64?

    func answer(_ address: ObjectAddress, environment: String?) async throws -> WhyReport {
        let search = ObjectSearch(
            ledger: ledger, address: address, environment: environment, position: position)
        let found = try await search.only()
        let (place, row) = (found.place, found.row)
        guard let live = try await body(row.live) else {
            throw CommandError(
                "\(CLI.address(place.key)) is not in the cluster", try: "an earlier moment: --at")
        }
        guard let value = live.value(at: field) else {
            throw CommandError(
                "\(CLI.address(place.key)) has no field \(field)",
                try: "tidemark show \(address.kind)/\(address.name)")
        }
        let applied = try await body(row.lastApplied)?.value(at: field)
        var report = WhyReport(place: place, field: field, value: value)
        report.setBy = setter(row, value, applied)
        guard applied != nil, let sync = row.lastAppliedBy else { return report }
        report.sync = sync
        report.syncRow = try await ledger.present(of: .sync(sync)).syncs[sync]
        report.written = try await written(place, row)
        return report
    }

    private func body(_ digest: Digest?) async throws -> Node? {
        guard let digest, let bytes = try await ledger.blob(digest) else { return nil }
        return try parseJSON(bytes)
    }

    /// Who gave the field the value that it has.
    private func setter(_ row: ObjectRow, _ live: Node, _ applied: Node?) -> String {
        let drift = row.drift?.detected.fields.first { $0.path == field.description }
        if let drift {
            let wanted = drift.desired.map { ", Git wants \($0)" } ?? ", Git does not set it"
            return (drift.manager ?? "an unknown manager") + wanted
        }
        guard let applied else {
            return "not from Git: by the cluster's defaults or another manager"
        }
        return holds(live, applied)
            ? "Tidemark"
            : "another manager, since Tidemark applied \(String(decoding: printJSON(applied), as: UTF8.self))"
    }

    /// Whether a live value has everything that was applied: the cluster adds defaults within.
    private func holds(_ live: Node, _ applied: Node) -> Bool {
        guard case .object(let wanted) = applied, case .object(let there) = live else {
            return live == applied
                || (live.arrayValue != nil && live.arrayValue?.count == applied.arrayValue?.count)
        }
        return wanted.allSatisfy { key, value in there[key].map { holds($0, value) } ?? false }
    }
}

extension FieldOrigin {
    /// What an Application sets itself stands in its manifest.
    fileprivate mutating func nameApplication(_ declaration: SourceLocation) {
        for index in values.indices {
            let origin = values[index].origin
            let isParameter = origin.kind == .set || origin.kind == .setString
            let isInline = origin.kind == .file && ["values", "valuesObject"].contains(origin.file)
            guard isParameter || isInline else { continue }
            values[index].origin.file = declaration.file
            values[index].origin.line = declaration.line
        }
    }
}

/// One source of an application, as of the commit that was rendered.
private struct SourcePlace {
    var source: Application.Source
    /// Its name.
    var repository: String
    /// Of a folder of Git.
    var commit: CommitID?
    var mirror: GitRepository?
    /// Of a chart from elsewhere: what it was at.
    var pinned: SourceRevision?
    /// The files of the repository that a rendering of the source reads, or of the chart.
    var tree: FileTree

    /// Who wrote a line, or brought the archive that it is in; of a chart from elsewhere nobody is known.
    func blame(_ line: SourceLocation) async throws -> Commit? {
        guard let mirror, let commit else { return nil }
        // A symbolic link has no lines of its own.
        if case .file(let path, _) = tree.resolve(line.file) {
            return try await mirror.blame(path, line: line.line ?? 1, at: commit)
        }
        guard let archive = archive(of: line.file) else { return nil }
        return try await mirror.lastChange(of: archive, at: commit)
    }

    /// The archive in Git that a file is packed into.
    func archive(of file: String) -> String? {
        guard mirror != nil, case .missing = tree.resolve(file) else { return nil }
        return packedChart(of: file, among: tree.entries.keys)
    }

    /// Such as `nginx 15.2.0 (sha256:3f9a0c1d2e4b)`.
    var chart: String? { pinned?.text }

    /// The object with its place in this repository; `nil` when the source does not give it.
    func object(_ object: ManifestsRendered.Object, isOneOfSeveral: Bool)
        -> ManifestsRendered.Object?
    {
        guard source.isRendered else { return nil }
        guard isOneOfSeveral || source.chart != nil else { return object }
        let prefix = (source.chart ?? repository) + ":"
        guard object.file.hasPrefix(prefix) else { return nil }
        var object = object
        object.file.removeFirst(prefix.count)
        let isBelow = source.path.isEmpty || object.file.hasPrefix(source.path + "/")
        return isBelow ? object : nil
    }
}

extension WhySearch {
    /// The lines of the repository, as of the commit that was applied.
    private func written(_ place: ObjectPlace, _ row: ObjectRow) async throws
        -> WhyReport.Written?
    {
        let applied = row.lastAppliedAt ?? position ?? .max
        guard
            let rendering = try await newest(
                ["manifests.rendered"], of: row.application, upTo: applied),
            case .manifestsRendered(let rendered)? = rendering.event,
            let object = rendered.objects.first(where: { $0.key == place.key }),
            let commit = rendering.subjects.commit.flatMap({ CommitID($0) }),
            let (application, declaration) = try await application(row.application, upTo: applied)
        else { return nil }
        let places = try await places(of: application, rendered, commit)
        var references: [String: HelmOptions.Reference] = [:]
        for place in places {
            if let name = place.source.ref {
                references[name] = HelmOptions.Reference(
                    place.tree, of: "\(place.source.repoURL) at \(place.source.targetRevision)")
            }
        }
        // Of an object that several give, the last one counts.
        for place in places.reversed() {
            guard let object = place.object(object, isOneOfSeveral: places.count > 1) else {
                continue
            }
            var application = application
            application.sources = [place.source]
            var origin = try FieldOrigin(
                of: field, object, application: application, tree: place.tree,
                references: references, rendered: rendered,
                commit: place.pinned?.version ?? place.commit?.description ?? "",
                at: rendering.envelope.recordedAt, zones: .ofMachine)
            origin?.nameApplication(declaration)
            guard let origin else { continue }
            var written = WhyReport.Written(
                commit: place.commit?.description, chart: place.chart,
                repository: place.repository, origin: origin)
            written.author = try? await place.blame(origin.line)
            written.archive = place.archive(of: origin.line.file)
            for use in origin.values {
                written.authors[use.path] = await author(of: use, place, places)
            }
            return written
        }
        return nil
    }

    /// Who wrote the line that a value stands in, in this source or in one that it names.
    private func author(of use: ValueUse, _ place: SourcePlace, _ places: [SourcePlace]) async
        -> Commit?
    {
        guard use.origin.kind == .file || use.origin.kind == .chartDefault,
            let file = use.origin.file, let line = use.origin.line
        else { return nil }
        let name = HelmSource.reference(in: file)
        guard let name, let other = places.first(where: { $0.source.ref == name }) else {
            return try? await place.blame(SourceLocation(file: file, line: line))
        }
        let below = String(file.dropFirst(name.count + 2))
        return try? await other.blame(SourceLocation(file: below, line: line))
    }

    /// The files of a chart that was pulled.
    private func archive(_ digest: Digest, _ source: Application.Source) throws -> FileTree {
        let kept = ChartPuller.kept(digest, in: workspace.chartsFolder)
        guard let kept else {
            throw CommandError(
                "the archive of the chart \(source.chart ?? "") is not kept any more",
                because: "\(workspace.chartsFolder) does not hold sha256:\(digest)",
                try: "tidemark run pulls what applications have now")
        }
        return try FileTree(chart: kept)
    }

    /// Every source, as of what was rendered.
    private func places(
        of application: Application, _ rendered: ManifestsRendered, _ commit: CommitID
    ) async throws -> [SourcePlace] {
        var places: [SourcePlace] = []
        for (index, source) in application.sources.enumerated() {
            guard let declared = workspace.settings.repository(of: source) else {
                throw CommandError("the repository \(source.repoURL) is not in tidemark.yaml")
            }
            let recorded = rendered.sources.flatMap {
                $0.indices.contains(index) ? $0[index] : nil
            }
            if source.chart != nil, let digest = recorded?.digest {
                places.append(
                    SourcePlace(
                        source: source, repository: declared.name, pinned: recorded,
                        tree: try archive(digest, source)))
                continue
            }
            let commit = recorded?.commit.flatMap { CommitID($0) } ?? commit
            let mirror = try await workspace.mirror(declared, as: "git")
            let scope = application.scope(of: source)
            // A value file that is missing was named by what rendered it.
            let isThere = try await mirror.treeID(at: commit, path: scope) != nil
            places.append(
                SourcePlace(
                    source: source, repository: declared.name, commit: commit, mirror: mirror,
                    tree: isThere
                        ? try await mirror.tree(at: commit, under: scope) : FileTree(entries: [:])))
        }
        return places
    }

    private func newest(_ types: Set<String>, of application: String, upTo position: Int64)
        async throws -> RecordedEvent?
    {
        let event = try await ledger.newest(types, of: application, upTo: position)
        if let event, event.isArchived {
            throw CommandError(
                "the line that wrote it cannot be found",
                because: "event \(event.position), \(event.envelope.type), is in an archive",
                try: "name the archive with --archive FILE")
        }
        return event
    }

    /// As it was declared then.
    private func application(_ name: String, upTo position: Int64) async throws -> (
        Application, SourceLocation
    )? {
        let event = try await newest(
            ["application.declared", "application.changed"], of: name, upTo: position)
        switch event?.event {
        case .applicationDeclared(let payload)?, .applicationChanged(let payload)?:
            let tree = FileTree(
                entries: ["application.json": .file(Array(payload.manifest.utf8))])
            return readApplications(tree, path: "").applications.first.map {
                ($0, SourceLocation(file: payload.file, line: payload.line))
            }
        default: return nil
        }
    }
}
