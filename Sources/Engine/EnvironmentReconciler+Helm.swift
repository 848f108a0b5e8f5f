internal import Declarations
internal import Digests
internal import HelmTool
internal import Model
internal import Rendering

/// What the installed `helm` program made of the charts of an application.
struct HelmOutputs: Sendable {
    struct Output: Sendable {
        var invocation: HelmInvocation
        var text: [UInt8]
        var record: ChartRecord
    }

    /// The program, with its version.
    var program: String
    /// By the place of the source.
    var outputs: [Int: Output]
}

extension EnvironmentReconciler {
    /// Has the installed `helm` program render every source of an application that is a chart.
    ///
    /// - Returns: `nil` when none is.
    /// - Throws: `Problems` when Helm refuses one; any other `HelmProgramError` is about this machine, and may pass.
    func renderedByHelm(_ target: Target, _ trees: [FileTree], _ context: RenderingContext)
        async throws -> HelmOutputs?
    {
        var outputs: [Int: HelmOutputs.Output] = [:]
        for (index, source) in target.application.sources.enumerated() where source.isRendered {
            guard let chart = target.application.only(source).chartSource(in: trees[index]) else {
                continue
            }
            let record = ChartRecord()
            let options = try context.helmOptions(chart, index, target, trees, record)
            do {
                let invocation = try HelmInvocation(
                    trees[index], path: source.path, options: options)
                outputs[index] = HelmOutputs.Output(
                    invocation: invocation, text: try await text(of: invocation), record: record)
            } catch let error as ChartError {
                throw refusal(error, of: index, target)
            }
        }
        guard !outputs.isEmpty else { return nil }
        return HelmOutputs(program: "helm \(try await helm.version())", outputs: outputs)
    }

    /// - Throws: `ChartError` when Helm refuses.
    private func text(of invocation: HelmInvocation) async throws -> [UInt8] {
        do {
            return try await helm.run(invocation.arguments, files: invocation.files)
        } catch HelmProgramError.failed(let message) {
            throw ChartError(invocation.scrub(message).trimmingEnd)
        }
    }

    private func refusal(_ error: ChartError, of index: Int, _ target: Target) -> Problems {
        let path = target.application.sources[index].path
        var refused = Rendered(
            objects: [],
            problems: [
                Problem(
                    at: SourceLocation(file: path.isEmpty ? "Chart.yaml" : path),
                    "helm: \(error.message)", hint: error.hint)
            ], warnings: [])
        refused.name(target, index)
        return Problems(refused.problems)
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
