import ChartRepository
import Digests
import Foundation
import Logging
import Model
import TestSupport
import Testing

/// A puller with a folder of its own.
struct Pulling: Sendable {
    let folder: TemporaryFolder
    let puller: ChartPuller

    init(
        limits: PullLimits = .testing,
        needed: @escaping @Sendable () async throws -> Set<Digest> = { [] }
    ) throws {
        folder = try TemporaryFolder()
        puller = ChartPuller(
            cacheFolder: folder.url.appendingPathComponent("charts").path, limits: limits,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, needed: needed)
    }

    var keptFiles: [String] {
        let path = folder.url.appendingPathComponent("charts").path
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    func keptFile(_ digest: Digest) -> URL {
        folder.url.appendingPathComponent("charts/sha256-\(digest)")
    }

    /// What comes of pulling, in a line: `web 1.2.3 of LOCATION`, or the error with its cause.
    ///
    /// - Parameter port: Of the server, which is written as PORT.
    func text(
        of reference: @autoclosure () throws(ChartRepositoryError) -> ChartReference,
        _ credentials: ChartCredentials = .none, expecting digest: Digest? = nil,
        port: Int
    ) async -> String {
        let text: String
        do throws(ChartRepositoryError) {
            let chart = try await puller.pull(
                try reference(), credentials: credentials, expecting: digest)
            #expect(Digest(of: chart.bytes) == chart.digest)
            text =
                "\(chart.name) \(chart.version ?? "-") of \(chart.location)"
                + (chart.wasCached ? " (kept)" : "")
        } catch {
            text = error.cause.map { "\(error.summary): \($0)" } ?? error.summary
        }
        return text.replacing(":\(port)", with: ":PORT")
    }
}

/// Runs `body` with a server and a puller, which is closed afterwards.
func withPulling(
    limits: PullLimits = .testing,
    needed: @escaping @Sendable () async throws -> Set<Digest> = { [] },
    answer: @escaping @Sendable (ServedRequest) -> ServedAnswer,
    _ body: @escaping @Sendable (Pulling, LoopbackServer) async throws -> Void
) async throws {
    let pulling = try Pulling(limits: limits, needed: needed)
    let result: Result<Void, any Error>
    do {
        try await withLoopbackServer(answer: answer) { try await body(pulling, $0) }
        result = .success(())
    } catch { result = .failure(error) }
    await pulling.puller.shutdown()
    try result.get()
}

extension PullLimits {
    static let testing = PullLimits(
        connect: .seconds(5), silence: .seconds(20), request: .seconds(30), index: 1 << 20,
        archive: 1 << 20, document: 1 << 16, pages: 10, redirects: 5,
        kept: 1 << 20)
}

/// The archive of a small chart.
func archive(_ version: String) -> [UInt8] {
    tarGzip([
        "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: \(version)\n",
        "web/templates/a.yaml": "version: {{ .Chart.Version }}\n",
    ])
}
