import Declarations
import Foundation
import Model
import TestSupport
import Testing
import YAML

/// Everything that is refused, with its text: one golden file.
///
/// Inputs are in `Fixtures/refusals/<area>.txt`: cases that begin with `== <what>`.
@Suite("Refusals")
struct RefusalTests {
    @Test func everyRefusalNamesFileLineAndField() throws {
        var text = ""
        for (area, refusals) in [
            ("application", applicationRefusals), ("folder", folderRefusals),
            ("annotations", directiveRefusals), ("tidemark.yaml", settingsRefusals),
        ] as [(String, (String) -> [Problem])] {
            text += "# \(area)\n"
            for refused in try cases(area) {
                let problems = refusals(refused.input)
                #expect(!problems.isEmpty, "\(area): \(refused.name) is not refused")
                text += "\n\(refused.name)\n"
                for problem in problems {
                    text += "    \(problem.summary)\n"
                    if let hint = problem.hint { text += "        try: \(hint)\n" }
                }
            }
            text += "\n"
        }
        #expect(try goldenDifference(text, "refusals.txt") == nil)
    }

    private func cases(_ area: String) throws -> [(name: String, input: String)] {
        let file = fixtures().appendingPathComponent("refusals/\(area).txt")
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.components(separatedBy: "\n== ").map { part in
            let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let name = lines[0].hasPrefix("== ") ? lines[0].dropFirst(3) : lines[0]
            return (String(name), lines.count == 2 ? String(lines[1]) + "\n" : "")
        }
    }

    private func applicationRefusals(_ input: String) -> [Problem] {
        read(["apps/a.yaml": input]).problems
    }

    /// Files follow each other, each after a line `-- path`; `-> target` behind it makes a link.
    private func folderRefusals(_ input: String) -> [Problem] {
        var files: [String: String] = [:]
        var links: [String: String] = [:]
        for part in ("\n" + input).components(separatedBy: "\n-- ").dropFirst() {
            let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(lines[0])
            let ends = name.components(separatedBy: " -> ")
            if ends.count == 2 {
                links[ends[0]] = ends[1]
            } else {
                files[name] = lines.count == 2 ? String(lines[1]) : ""
            }
        }
        return read(files, links: links).problems
    }

    private func directiveRefusals(_ input: String) -> [Problem] {
        directives(input).problems
    }

    private func settingsRefusals(_ input: String) -> [Problem] {
        do {
            _ = try readSettings(Array(input.utf8), file: "tidemark.yaml")
            return []
        } catch {
            return error.all
        }
    }
}
