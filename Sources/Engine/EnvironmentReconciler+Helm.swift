internal import Declarations
internal import Digests
internal import GitRepository
internal import HelmTool
internal import Model
internal import Rendering

extension EnvironmentReconciler {
    /// The chart of an application as the installed `helm` program renders it.
    ///
    /// - Throws: `Problems` when Helm refuses; any other `HelmProgramError` is about this machine, and may pass.
    /// - Returns: `nil` when the application is no chart.
    func renderedByHelm(_ target: Target, _ trees: [FileTree], _ context: RenderingContext)
        async throws -> DesiredSet?
    {
        let application = target.application
        guard application.sources.count == 1 else {
            throw Problems([
                Problem(
                    at: application.location, field: FieldPath("spec", "sources"),
                    "renderer: helm does not work with several sources",
                    hint: "leave renderer out for this application")
            ])
        }
        guard let tree = trees.first, let chart = application.chartSource(in: tree) else {
            return nil
        }
        let commit = target.commit
        let path = application.source.path
        let record = ChartRecord()
        let capabilities = try context.capabilities(of: application, chart)
        let invocation: HelmInvocation
        do {
            invocation = try HelmInvocation(
                tree, path: path,
                options: application.helmOptions(
                    chart, commit: target.sources.first?.revision ?? commit.description,
                    capabilities, record.reads))
        } catch {
            throw refusal(error.message, hint: error.hint, of: path)
        }
        let program = "helm \(try await helm.version())"
        let output = try await output(of: invocation, path)
        var set = DesiredSet(
            commit: commit.description,
            inputs: context.chartInputs(application, record, program: program), objects: [],
            byKey: [:], warnings: [])
        set.sources = target.recordedSources
        set.asked = record.ofCluster
        set.chart = "\(invocation.chart.name) \(invocation.chart.version)"
        set.program = program
        set.charts = [RenderedChart(helm: chart, record: record)]
        var rendered = invocation.read(output, path: path)
        if let name = application.source.chart { rendered.name(name) }
        try set.fill(with: rendered, of: application, context)
        return set
    }

    private func output(of invocation: HelmInvocation, _ path: String) async throws -> [UInt8] {
        do {
            return try await helm.run(invocation.arguments, files: invocation.files)
        } catch {
            guard case .failed(let message) = error else { throw error }
            throw refusal(invocation.scrub(message), hint: nil, of: path)
        }
    }

    private func refusal(_ message: String, hint: String?, of path: String) -> Problems {
        Problems([
            Problem(
                at: SourceLocation(file: path.isEmpty ? "Chart.yaml" : path),
                "helm: \(message.trimmingEnd)", hint: hint)
        ])
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
