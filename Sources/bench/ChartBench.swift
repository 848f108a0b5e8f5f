internal import ChartCrypto
internal import Glibc
internal import Model
internal import Rendering

/// Charts, loaded from their folders and rendered with their defaults, beside the real Helm over the same charts:
/// as a library in this process, and as a program.
///
/// Each takes turns with the other; the shortest time of several runs counts, by the clock on the wall, as Helm's
/// work is on more than one thread.
func measureCharts(_ options: BenchOptions) async throws -> [Figure] {
    let first = try firstRenderings(of: try chartFolders(options.charts))
    let charts = first.map(\.chart)
    guard !charts.isEmpty else { throw BenchFailure("no chart can be rendered") }
    // Before anything else takes memory.
    var figures = try measureManyApplications(of: charts)
    print("charts: \(charts.count)")
    if let path = options.helmLibrary {
        figures += try measureAgainstLibrary(try HelmLibrary(path), first, options.charts)
    } else {
        print("charts / Helm's library            SKIPPED: no --helm-sdk PATH of libhelm_c.so")
    }
    if let helm = options.helm {
        figures += try measureAgainstProgram(helm, charts)
    } else {
        print("charts / helm template             SKIPPED: no --helm PATH")
    }
    return figures + (try await measureUnchangedCharts())
}

private func measureAgainstProgram(_ helm: String, _ charts: [String]) throws -> [Figure] {
    var ratios: [Double] = []
    for chart in charts {
        let ours = try bestWallSeconds(of: 3, { _ = try rendered(chart) })[0]
        guard
            let theirs = try? bestMilliseconds(of: helm, ["template", "rel", chart], runs: 3)
        else { continue }
        ratios.append(ours * 1000 / theirs)
    }
    guard !ratios.isEmpty else { throw BenchFailure("\(helm) renders none of the charts") }
    return [
        Figure(
            name: "chart / helm template, median", value: median(ratios), unit: "ratio",
            target: .below(0.1))
    ]
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

func bestWallSeconds(of runs: Int, _ bodies: (() throws -> Void)...) throws -> [Double] {
    var best = bodies.map { _ in Double.infinity }
    for _ in 0..<runs {
        for (index, body) in bodies.enumerated() {
            let time = try ContinuousClock().measure(body)
            best[index] = min(best[index], seconds(time))
        }
    }
    return best
}

// MARK: One chart

private func surroundings() -> ChartSurroundings {
    let now = Timestamp(seconds: 1_700_000_000)
    let draw: @Sendable (ChartCallSite, Int) -> [UInt8] = { _, count in
        Array(repeating: 7, count: count)
    }
    let crypto = chartCrypto(now: now, keeper: .forgetful, randomBytes: draw)
    return ChartSurroundings(now: now, others: crypto, randomBytes: draw)
}

/// What the templates of a chart write, file by file: what Helm's library gives.
func renderedTexts(_ folder: String) throws -> [String: [UInt8]] {
    try loaded(folder).renderedTexts(ChartValues(), try chartOptions(), with: surroundings())
}

/// What `tidemark render` prints of a chart: its documents are read, sorted and put together, too.
func rendered(_ folder: String) throws -> [UInt8] {
    try loaded(folder).rendered(ChartValues(), try chartOptions(), with: surroundings()).text()
}

private func loaded(_ folder: String) throws -> Chart {
    try Chart(files: Chart.files(of: try fileTree(folder), path: ""))
}

private func chartOptions() throws -> ChartOptions {
    ChartOptions(
        release: ChartRelease(name: "rel", namespace: "ns1"), capabilities: try ChartCapabilities())
}

/// A thousand applications of one chart, each with its own values and name; everything that came of it is kept.
private func measureManyApplications(of charts: [String]) throws -> [Figure] {
    let sizes = try charts.map { (size: try rendered($0).count, chart: $0) }
    let usual = 20_000  // bytes, as a chart of one service has them
    guard let chart = sizes.min(by: { abs($0.size - usual) < abs($1.size - usual) })?.chart else {
        return []
    }
    let tree = try fileTree(chart)
    print("1,000 applications of \(chart)")
    try resetPeakMemory()
    var kept: [Rendered] = []
    let time = try ContinuousClock().measure {
        for number in 0..<1_000 {
            let name = "app-\(number)"
            var options = HelmOptions(
                chart: ChartOptions(
                    release: ChartRelease(name: name, namespace: name),
                    capabilities: try ChartCapabilities()))
            options.values = "nameOverride: \(name)\nreplicaCount: \(number)\n"
            let (result, _) = renderHelm(tree, path: "", options: options) { _ in surroundings() }
            guard result.problems.isEmpty else {
                throw BenchFailure("\(name) of \(chart) has problems: \(result.problems)")
            }
            kept.append(result)
        }
    }
    return [
        Figure(
            name: "1,000 applications of one chart", value: seconds(time),
            unit: "s", target: .none),
        Figure(
            name: "  with \(kept.reduce(0) { $0 + $1.objects.count }) objects, peak memory",
            value: try peakMemory() / 1e6, unit: "MB", target: .none),
    ]
}
