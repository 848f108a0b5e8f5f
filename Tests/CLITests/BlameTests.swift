import Foundation
import TestSupport
import Testing

/// `render --blame`: a chart with a chart below it, globals, files of values and settings.
@Suite("What rendered lines are made of")
struct BlameTests {
    private func session() throws -> Session {
        let session = try Session()
        let folder = fixtures().appendingPathComponent("blame")
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appendingPathComponent(name)
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
            try session.write(name, text)
        }
        return session
    }

    private let arguments = [
        "render", "web", "-f", "base.yaml", "-f", "prod.yaml", "--set", "env.MODE=light", "--name",
        "shop",
    ]

    @Test func everyLineNamesItsTemplateAndItsValues() async throws {
        let session = try session()
        let text = await session.run(arguments + ["--blame"]).text
        let lines = await session.run(arguments + ["--blame", "-o", "json"]).text
        let difference = try goldenDifference(text + "\n" + lines, "blame.txt")
        #expect(difference == nil, "\(difference ?? "")")
    }

    @Test func theTextIsThatOfRender() async throws {
        let session = try session()
        let plain = await session.run(arguments).text
        let blamed = await session.run(arguments + ["--blame"]).text
        let lines = { (text: String) in
            text.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("[exit") }
        }
        // What follows the bar, up to the arrow.
        let texts = lines(blamed).map { line in
            line.split(separator: " │ ", maxSplits: 1).dropFirst().first.map {
                $0.split(separator: "  ← ", omittingEmptySubsequences: false)[0]
            } ?? ""
        }
        #expect(texts == lines(plain))
    }
}
