internal import Declarations
internal import Digests
internal import EventLog
internal import GitRepository
internal import Model
internal import Planning
internal import Rendering

/// A chart as it was rendered: how it was asked for, and what it asked.
struct RenderedChart: Sendable {
    var helm: HelmSource
    var record: ChartRecord
}

/// Renders the sources of an application, one after the other.
struct SourceRendering {
    let target: EnvironmentReconciler.Target
    let trees: [FileTree]
    let now: Timestamp
    let context: RenderingContext

    private var hasSeveral: Bool { target.application.sources.count > 1 }

    /// What the charts among them come to.
    private struct Charts {
        var rendered: [RenderedChart] = []
        var names: [String] = []
        /// How often each chart occurred so far, by its name.
        var occurrences: [String: Int] = [:]
    }

    /// The objects of all sources, the last one counting where several give the same; and what charts asked.
    ///
    /// - Throws: `ChartVaultError` when keys of a chart cannot be read or kept just now.
    func rendered(into set: inout DesiredSet) throws -> Rendered {
        var all = Rendered(objects: [], problems: [], warnings: [])
        var inputs: [Digest] = []
        var charts = Charts()
        for (index, source) in target.application.sources.enumerated() where source.isRendered {
            var rendered: Rendered
            if let helm = target.application.only(source).chartSource(in: trees[index]) {
                let output = context.helm?.outputs[index]
                let record = output?.record ?? ChartRecord()
                rendered =
                    try output.map { read($0, helm, source.path, &charts) }
                    ?? chart(helm, index, record, &charts)
                inputs.append(
                    context.chartInputs(
                        target.application.only(source), record,
                        program: output == nil ? "" : context.helm?.program ?? ""))
            } else {
                rendered = folder(source, trees[index])
                inputs.append(folderInputs(source, index))
            }
            rendered.name(target, index)
            all.objects += rendered.objects
            all.problems += rendered.problems
            all.warnings += rendered.warnings
        }
        if !charts.rendered.isEmpty { note(charts, inputs, in: &set) }
        return all
    }

    /// Of what a folder's objects depend on; it counts only beside charts.
    private func folderInputs(_ source: Application.Source, _ index: Int) -> Digest {
        var builder = DigestBuilder()
        builder.update(field: "directory 1")
        builder.update(field: source.path)
        builder.update(field: "\(source.directory.recurse)")
        builder.update(field: source.directory.include)
        builder.update(field: source.directory.exclude)
        builder.update(field: target.sources[index].treeID ?? "")
        return builder.finish()
    }

    private func note(_ charts: Charts, _ inputs: [Digest], in set: inout DesiredSet) {
        if hasSeveral {
            var builder = DigestBuilder()
            for digest in inputs { builder.update(field: digest.description) }
            set.inputs = builder.finish()
        } else {
            set.inputs = inputs[0]
        }
        let records = charts.rendered.map(\.record)
        var asked: [String: ManifestsRendered.Answer] = [:]
        for answer in records.flatMap(\.asked) { asked[answer.question] = answer }
        set.asked = asked.sorted { $0.key < $1.key }.map(\.value)
        set.asksTime = records.contains(where: \.asksTime)
        set.found = records.flatMap(\.found)
        set.charts = charts.rendered
        set.looksUp = records.contains(where: \.looksUp)
        // Helm has a clock of its own.
        set.now = context.helm == nil ? now : nil
        set.program = context.helm?.program
        set.chart = charts.names.isEmpty ? nil : charts.names.joined(separator: ", ")
    }

    private func folder(_ source: Application.Source, _ tree: FileTree) -> Rendered {
        let directory = source.directory
        return renderDirectory(
            tree, path: source.path,
            options: DirectoryOptions(
                recurse: directory.recurse, include: directory.include,
                exclude: directory.exclude, isExplicit: directory.isExplicit))
    }

    private func chart(
        _ helm: HelmSource, _ index: Int, _ record: ChartRecord, _ charts: inout Charts
    ) throws -> Rendered {
        let options = try context.helmOptions(helm, index, target, trees, record)
        let occurrences = charts.occurrences
        let path = target.application.sources[index].path
        let (rendered, identity) = renderHelm(trees[index], path: path, options: options) {
            context.surroundings(
                target.application.name, $0, occurrence: occurrences[$0.name] ?? 0, now: now, record
            )
        }
        if let failure = record.passingFailure { throw failure }
        charts.rendered.append(RenderedChart(helm: helm, record: record))
        if let identity {
            charts.names.append("\(identity.name) \(identity.version)")
            charts.occurrences[identity.name, default: 0] += 1
        }
        return rendered
    }

    /// What the installed `helm` program printed.
    private func read(
        _ output: HelmOutputs.Output, _ helm: HelmSource, _ path: String, _ charts: inout Charts
    ) -> Rendered {
        let identity = output.invocation.chart
        charts.rendered.append(RenderedChart(helm: helm, record: output.record))
        charts.names.append("\(identity.name) \(identity.version)")
        return output.invocation.read(output.text, path: path)
    }
}

extension RenderingContext {
    /// How a source of an application that is a chart is rendered.
    func helmOptions(
        _ helm: HelmSource, _ index: Int, _ target: EnvironmentReconciler.Target,
        _ trees: [FileTree], _ record: ChartRecord
    ) throws(Problems) -> HelmOptions {
        let one = target.application.only(target.application.sources[index])
        var options = one.helmOptions(
            helm, commit: target.sources[index].revision, try capabilities(of: one, helm),
            record.reads)
        options.references = target.references(among: trees)
        return options
    }
}

extension EnvironmentReconciler.Target {
    /// The files that `$NAME/path` may lead to, by name.
    func references(among trees: [FileTree]) -> [String: HelmOptions.Reference] {
        var references: [String: HelmOptions.Reference] = [:]
        for (index, source) in application.sources.enumerated() {
            guard let name = source.ref else { continue }
            let commit = sources[index].commit.map { " (\($0.short))" } ?? ""
            references[name] = HelmOptions.Reference(
                trees[index], of: "\(source.repoURL) at \(source.targetRevision)\(commit)")
        }
        return references
    }
}

extension Rendered {
    /// Puts the name of the repository or chart before every place, where there is more than one folder of Git:
    /// `platform:apps/web.yaml`.
    mutating func name(_ target: EnvironmentReconciler.Target, _ index: Int) {
        let source = target.application.sources[index]
        guard target.application.sources.count > 1 || source.chart != nil else { return }
        let repository = source.chart ?? target.sources[index].repository
        for index in objects.indices {
            objects[index].origin.file = "\(repository):\(objects[index].origin.file)"
        }
        for index in problems.indices {
            problems[index].location.file = "\(repository):\(problems[index].location.file)"
        }
        for index in warnings.indices {
            warnings[index].location.file = "\(repository):\(warnings[index].location.file)"
        }
    }
}
