import Foundation
import Health
import Model
import TestSupport
import Testing
import YAML

/// Each fixture is one live object: its name ends in the expected status, its first line is the message.
@Suite("Health of objects")
struct AssessHealthTests {
    @Test func everyFixtureHasTheHealthItsNameSays() throws {
        let files = try manifests()
        #expect(files.count > 70)
        for file in files.sorted(by: { $0.lastPathComponent < $1.lastPathComponent }) {
            let name = file.deletingPathExtension().lastPathComponent
            let text = try String(contentsOf: file, encoding: .utf8)
            let documents = try parseYAML(Array(text.utf8), file: name)
            let live = try #require(documents.first?.root)
            let status = try #require(name.split(separator: "-").last)
            let line = try #require(text.split(separator: "\n").first).dropFirst(2)
            let message = line == "(no message)" ? "" : String(line)
            let expected = status == "none" ? "none" : "\(status): \(message)"
            let found = assessHealth(live).map { "\($0.status.rawValue): \($0.message)" } ?? "none"
            #expect(found == expected, "\(name)")
        }
    }

    @Test func whatIsNoManifestHasNoHealth() {
        for node: Node in [nil, "text", [], [:], ["kind": "Pod"], ["kind": 1, "apiVersion": "v1"]] {
            #expect(assessHealth(node) == nil)
        }
    }

    @Test func statusesAreOrderedFromBestToWorst() {
        let order = HealthStatus.allCases.sorted().map(\.rawValue)
        let expected = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"]
        #expect(order == expected)
    }

    /// Every field of every fixture in turn becomes something else; nothing traps.
    @Test func misshapenFieldsNeverTrap() throws {
        let odd: [Node] = [
            nil, true, 1, -9_223_372_036_854_775_808, .double(1.5), "x", [], [1], [:],
        ]
        for file in try manifests() {
            let bytes = try Array(Data(contentsOf: file))
            let live = try #require(try parseYAML(bytes, file: "x").first?.root)
            for value in odd {
                for changed in mutations(of: live, with: value) { _ = assessHealth(changed) }
            }
        }
    }

    private func manifests() throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: fixtures(), includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "yaml" }
    }

    private func mutations(of node: Node, with value: Node) -> [Node] {
        switch node {
        case .object(let fields):
            return fields.flatMap { key, child in
                ([value] + mutations(of: child, with: value)).map { changed in
                    var copy = fields
                    copy[key] = changed
                    return Node.object(copy)
                }
            }
        case .array(let items):
            return items.indices.flatMap { index in
                ([value] + mutations(of: items[index], with: value)).map { changed in
                    var copy = items
                    copy[index] = changed
                    return Node.array(copy)
                }
            }
        default: return []
        }
    }
}
