import Foundation
import Model
import Rendering
import TestSupport
import Testing
import YAML

/// Small charts, rendered as the real Helm 4.3.1 rendered them: recorded output, to the byte.
@Suite("Charts as Helm renders them")
struct ChartProbeTests {
    struct Probe: Sendable, CustomTestStringConvertible {
        var name: String
        var note: String
        var arguments: Node
        var expected: String

        var testDescription: String { "\(name): \(note)" }
    }

    static let folder = fixtures().appendingPathComponent("helm")

    static let probes: [Probe] = {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent("chartprobes.json")),
            let list = (try? parseJSON(Array(data)))?.arrayValue
        else { return [] }
        return list.map { node in
            Probe(
                name: node["case"]?.stringValue ?? "", note: node["note"]?.stringValue ?? "",
                arguments: node["args"] ?? .null, expected: node["output"]?.stringValue ?? "")
        }
    }()

    @Test func thereAreProbes() { #expect(Self.probes.count > 40) }

    @Test(arguments: probes)
    func rendersAsRecorded(_ probe: Probe) throws {
        let folder = Self.folder.appendingPathComponent("charts/\(probe.name)")
        let found = output(of: probe, in: folder)
        #expect(found == probe.expected, "\(difference(found, probe.expected))")
    }

    private func output(of probe: Probe, in folder: URL) -> String {
        do {
            return try render(probe, folder)
        } catch let error as ChartError {
            let hint =
                error.isOfRendering
                ? "\n\nUse --debug flag to render out invalid YAML" : ""
            // The recording has the errors without white space at the end.
            return "ERROR Error: \(error.message)\(hint)"
                .replacing(/\s+$/, with: "")
        } catch {
            return "\(error)"
        }
    }

    private func render(_ probe: Probe, _ folder: URL) throws -> String {
        func texts(_ name: String) -> [String] {
            probe.arguments[name]?.arrayValue?.compactMap(\.stringValue) ?? []
        }
        var values = ChartValues()
        for file in texts("values") {
            let data = try Data(contentsOf: folder.appendingPathComponent(file))
            try values.add(file: Array(data), name: file)
        }
        values.settings = texts("sets")
        values.textSettings = texts("set_strings")
        values.jsonSettings = texts("set_jsons")
        let capabilities =
            try probe.arguments["kube_version"]?.stringValue.map {
                try ChartCapabilities(kubeVersion: $0)
            }
            ?? ChartCapabilities()
        let chart = try Chart(files: try Chart.files(of: tree(folder), path: ""))
        let options = ChartOptions(
            release: ChartRelease(name: "rel"), capabilities: capabilities)
        let surroundings = ChartSurroundings(
            now: Timestamp(seconds: 1_700_000_000),
            randomBytes: { _, count in Array(repeating: 7, count: count) })
        let includesDefinitions = probe.arguments["include_crds"] == .bool(true)
        let output = try chart.rendered(values, options, with: surroundings)
        let text = output.text(includesDefinitions: includesDefinitions)
        let blame = try chart.blamed(values, options, with: surroundings)
        let lines = blame.lines(includesDefinitions: includesDefinitions).map(\.text)
        #expect(lines.joined(separator: "\n") + "\n" == String(decoding: text, as: UTF8.self))
        return String(decoding: text, as: UTF8.self)
    }

    private func tree(_ folder: URL) throws -> FileTree {
        var tree = FileTree()
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        for name in names {
            let url = folder.appendingPathComponent(name)
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
                !isFolder.boolValue
            else { continue }
            tree.entries[name] = .file(Array(try Data(contentsOf: url)))
        }
        return tree
    }

    private func difference(_ found: String, _ expected: String) -> String {
        let (a, b) = (Array(found.utf8), Array(expected.utf8))
        let same = zip(a, b).prefix { $0 == $1 }.count
        let window = { (text: [UInt8]) in
            String(decoding: text.dropFirst(max(0, same - 40)).prefix(160), as: UTF8.self)
        }
        return
            "at byte \(same): \(window(a).debugDescription), wanted \(window(b).debugDescription)"
    }
}
