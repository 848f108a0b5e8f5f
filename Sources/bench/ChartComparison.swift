internal import Glibc

/// Charts, each with how long it took to load it and to run its templates for the first time in this process.
///
/// Charts that cannot be rendered are left out.
func firstRenderings(of charts: [String]) throws -> [(chart: String, seconds: Double)] {
    charts.compactMap { chart in
        let time = try? ContinuousClock().measure { _ = try renderedTexts(chart) }
        guard let time, (try? rendered(chart)) != nil else { return nil }
        return (chart, seconds(time))
    }
}

/// How long one chart took, here and in Helm's library, in seconds.
private struct ChartTimes {
    var chart: String
    /// Loaded and its templates run for the first time in this process: ours, theirs.
    var first: [Double]
    /// The same again, the shortest of several runs, and with documents sorted besides, which the library does not do.
    var again: [Double]
    var whole: Double

    var firstRatio: Double { first[0] / first[1] }
    var ratio: Double { again[0] / again[1] }
    var wholeRatio: Double { whole / again[1] }
}

/// Loads charts and runs their templates, as Helm's library does in this process.
///
/// Either side reads the folder anew in every run and keeps nothing. The library ends where the templates have
/// written their files; cutting these into documents, reading and sorting them, as `helm template` does then, is
/// only told.
///
/// - Parameter given: Below it are charts that people use; the others are those of the tests, most of which have one
///   template of a few lines.
func measureAgainstLibrary(
    _ helm: HelmLibrary, _ charts: [(chart: String, seconds: Double)], _ given: String?
) throws -> [Figure] {
    print("Helm's library: \(helm.version)")
    let real = given.flatMap { realpath($0, nil) }.map { path in
        defer { free(path) }
        return String(cString: path)
    }
    let all = try charts.compactMap { try times(of: $0.chart, first: $0.seconds, helm) }
    guard !all.isEmpty else { throw BenchFailure("Helm's library renders none of the charts") }
    for worst in all.sorted(by: { $0.ratio > $1.ratio }).prefix(3) {
        print("slowest beside Helm: \(worst.chart) \(worst.ratio), \(worst.again[0] * 1000) ms")
    }
    var figures = [
        Figure(
            name: "chart, load and render, median", value: median(all.map(\.again[0])) * 1000,
            unit: "ms", target: .none)
    ]
    let used = all.filter { chart in real.map { chart.chart.hasPrefix($0 + "/") } ?? false }
    for (name, some) in [("charts", all), ("charts in use", used)] where !some.isEmpty {
        print("\(name) beside Helm's library: \(some.count)")
        figures += [
            Figure(
                name: "\(name) / Helm's library, median", value: median(some.map(\.ratio)),
                unit: "ratio", target: .below(0.5)),
            Figure(
                name: "  for the first time", value: median(some.map(\.firstRatio)),
                unit: "ratio", target: .none),
            Figure(
                name: "  with documents sorted", value: median(some.map(\.wholeRatio)),
                unit: "ratio", target: .none),
        ]
    }
    return figures
}

/// `nil` for a chart that the library does not render.
private func times(
    of chart: String, first: Double, _ helm: HelmLibrary
) throws -> ChartTimes? {
    let theirs = try? ContinuousClock().measure { _ = try helm.rendered(chart) }
    guard let theirs else { return nil }
    let best = try bestWallSeconds(
        of: 7, { _ = try renderedTexts(chart) }, { _ = try helm.rendered(chart) },
        { _ = try rendered(chart) })
    return ChartTimes(
        chart: chart, first: [first, seconds(theirs)], again: [best[0], best[1]], whole: best[2])
}
