import Foundation
import TestSupport
import Testing

/// `render --blame`: a chart with a chart below it, globals, files of values and settings.
@Suite("What rendered lines are made of")
struct BlameTests {
    func session() throws -> Session {
        let session = try Session()
        let folder = fixtures().appendingPathComponent("blame")
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appendingPathComponent(name)
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }
            try session.write(name, text)
        }
        return session
    }

    let arguments = [
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

/// Charts in a working copy of Git.
extension BlameTests {
    /// The chart of the fixtures below a folder, with real `git`.
    private func workingCopy() throws -> (Session, OracleGit) {
        let session = try session()
        let git = OracleGit(folder: URL(fileURLWithPath: session.path))
        try git("init", "-q", "-b", "main")
        try git.commit([:], "a chart")
        try git.commit(
            [
                "web/templates/_helpers.tpl": String(
                    contentsOfFile: session.path + "/web/templates/_helpers.tpl", encoding: .utf8
                ).replacingOccurrences(of: "release:", with: "released-as:")
            ], "another label")
        return (session, git)
    }

    private func lines(_ session: Session) async -> [String] {
        await session.run(arguments + ["--blame", "-o", "wide"]).output
            .components(separatedBy: "\n")
    }

    @Test func linesOfTemplatesHaveTheirCommits() async throws {
        let (session, git) = try workingCopy()
        let (first, second) = (
            try git.run(["rev-parse", "--short=7", "HEAD~1"]),
            try git.run(["rev-parse", "--short=7", "HEAD"])
        )
        let label = try #require(await lines(session).first { $0.contains("released-as:") })
        #expect(
            label.contains(" — \(second) \"another label\" by Ada <ada@example.com>"), "\(label)")
        for line in await lines(session) where line.contains(".yaml:") && !line.contains("Source:")
        {
            #expect(line.contains(" — \(first) \"a chart\" by Ada"), "\(line)")
        }
        let json = await session.run(arguments + ["--blame", "-o", "json"])
        #expect(json.output.contains("\"subject\":\"another label\""), "\(json.text)")

        // What is not committed as it is has no commit; the rest has.
        try git.write(
            "web/templates/_helpers.tpl",
            "{{/* gone */}}"
                + String(
                    contentsOfFile: session.path + "/web/templates/_helpers.tpl", encoding: .utf8))
        let changed = await lines(session)
        let other = try #require(changed.first { $0.contains("released-as:") })
        #expect(!other.contains(" — "), "\(other)")
        #expect(changed.contains { $0.contains(" — \(first) ") })

        // A commit that is checked out without a branch.
        try git("checkout", "-q", "-f", "--detach", "HEAD~1")
        let past = try #require(await lines(session).first { $0.contains("_helpers.tpl:3") })
        #expect(past.contains("release:") && past.contains(" — \(first) "), "\(past)")
    }
}
