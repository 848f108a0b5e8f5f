import ChartRepository
import Digests
import Engine
import Synchronization
import TestSupport

/// A repository of charts of a simulation: versions of charts, in the order in which they were published.
final class SimulatedCharts: ChartSource {
    fileprivate struct Contents {
        var versions: [(chart: String, version: String, archive: [UInt8])] = []
        /// What was pulled, and stays when the repository goes away.
        var kept: [Digest: [UInt8]] = [:]
        var isUnreachable = false
        var isHanging = false
        /// Charts whose archives are not to be had, although the index names them.
        var withoutArchive: Set<String> = []
        /// Charts whose archives are asked for in vain.
        var withHangingArchive: Set<String> = []
        var resolutions = 0
    }
    private let contents = Mutex(Contents())

    func publish(_ chart: String, _ version: String, _ files: [String: String]) {
        let description = "apiVersion: v2\nname: \(chart)\nversion: \(version)\n"
        let sorted = files.sorted { $0.key < $1.key }.map { ("\(chart)/\($0.key)", $0.value) }
        let archive = tarGzip(of: [("\(chart)/Chart.yaml", description)] + sorted)
        contents.withLock { contents in
            contents.versions.removeAll { $0.chart == chart && $0.version == version }
            contents.versions.append((chart, version, archive))
        }
    }

    func setUnreachable(_ isUnreachable: Bool) {
        contents.withLock { $0.isUnreachable = isUnreachable }
    }

    /// From now on questions are answered by nothing but their cancellation.
    func setHanging(_ isHanging: Bool) { contents.withLock { $0.isHanging = isHanging } }

    /// The index goes on naming the chart, and the host of its archive is dead.
    func loseArchive(of chart: String) {
        contents.withLock { _ = $0.withoutArchive.insert(chart) }
    }

    /// The host of a chart's archive is silent.
    func hangArchive(of chart: String) {
        contents.withLock { _ = $0.withHangingArchive.insert(chart) }
    }

    func withdraw(_ chart: String, _ version: String) {
        contents.withLock { contents in
            contents.versions.removeAll { $0.chart == chart && $0.version == version }
        }
    }

    /// Somebody empties the folder of kept archives.
    func forgetKept() { contents.withLock { $0.kept = [:] } }

    var resolutions: Int { contents.withLock(\.resolutions) }

    /// A range means the newest that begins as it does: `^1` is `1.…`.
    func find(_ request: ChartRequest) async throws -> FoundChart {
        while contents.withLock(\.isHanging) { try await Task.sleep(for: .milliseconds(1)) }
        let wanted = request.targetRevision
        return try contents.withLock { contents in
            contents.resolutions += 1
            try contents.checkReachable()
            let found = contents.versions.last {
                $0.chart == request.chart
                    && (wanted.hasPrefix("^")
                        ? $0.version.hasPrefix(wanted.dropFirst() + ".") : $0.version == wanted)
            }
            guard let found else {
                throw ChartRepositoryError.noVersion(
                    chart: request.chart, version: wanted, repository: request.repoURL)
            }
            return FoundChart { try await self.pull(request, found.version, found.archive) }
        }
    }

    private func pull(_ request: ChartRequest, _ version: String, _ archive: [UInt8]) async throws
        -> PinnedChart
    {
        while contents.withLock({ $0.withHangingArchive.contains(request.chart) }) {
            try await Task.sleep(for: .milliseconds(1))
        }
        return try contents.withLock { contents in
            if contents.withoutArchive.contains(request.chart) {
                throw ChartRepositoryError.unreachable("https://dead.example.com", "no route")
            }
            let digest = Digest(of: archive)
            contents.kept[digest] = archive
            return PinnedChart(
                repoURL: request.repoURL, chart: request.chart, version: version, digest: digest)
        }
    }

    func archive(of chart: PinnedChart) async throws -> [UInt8] {
        try contents.withLock { contents in
            if let kept = contents.kept[chart.digest] { return kept }
            try contents.checkReachable()
            let found = contents.versions.first { Digest(of: $0.archive) == chart.digest }
            guard let found else {
                throw ChartRepositoryError.noVersion(
                    chart: chart.chart, version: chart.version, repository: chart.repoURL)
            }
            contents.kept[chart.digest] = found.archive
            return found.archive
        }
    }
}

extension SimulatedCharts.Contents {
    fileprivate func checkReachable() throws {
        if isUnreachable {
            throw ChartRepositoryError.unreachable("https://charts.example.com", "no route")
        }
    }
}
