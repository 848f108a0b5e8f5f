import Foundation
import Model
import Sandbox
import TestSupport
import Testing
import YAML

/// Plays recorded conversations against the sandbox and compares the answers.
///
/// `transcripts.md` beside this file says which of them hold in full and why others do not.
@Suite("Recorded answers of an API server")
struct TranscriptTests {
    /// A handful that is always there.
    @Test func theBasicsHold() async throws {
        let folder = fixtures().appendingPathComponent("transcripts")
        for transcript in try Transcript.read(folder) {
            let report = await replay(transcript)
            #expect(report.failures.isEmpty, "\(report.text)")
        }
    }

    /// Every step that differs is in the golden file, and explained in `transcripts.md`.
    @Test func recordedConversationsHold() async throws {
        guard let transcripts = try Transcript.all() else {
            print("SKIPPED: no recorded conversations; set TIDEMARK_SHARED")
            return
        }
        var reports: [Report] = []
        await withTaskGroup(of: Report.self) { group in
            for transcript in transcripts { group.addTask { await replay(transcript) } }
            for await report in group { reports.append(report) }
        }
        reports.sort { $0.name < $1.name }
        if let file = ProcessInfo.processInfo.environment["TRANSCRIPT_REPORT"] {
            try reports.map(\.text).joined(separator: "\n")
                .write(toFile: file, atomically: true, encoding: .utf8)
        }
        let lines = reports.filter { $0.isRepeatable }.map(\.line)
        let difference = try goldenDifference(
            lines.joined(separator: "\n") + "\n", "transcripts.txt")
        #expect(difference == nil)
        let exceptions = try namedExceptions()
        for report in reports where mustHold.contains(report.number) {
            let unnamed = Set(report.differing).subtracting(exceptions[report.name] ?? [])
            #expect(
                report.steps > 0 && unnamed.isEmpty,
                "\(report.name): steps \(unnamed.sorted()) differ without a reason\n\(report.text)")
        }
    }

    /// Conversations about create, get, list, server-side apply, delete, watch, generation and
    /// definitions: they hold in full, except for steps that `transcripts.md` names with a reason.
    private let mustHold: Set<Int> = [
        7, 9, 10, 11, 12, 18, 19, 20, 23, 24, 25, 27, 29, 30, 32, 34, 40, 41, 43, 45, 46, 47, 49,
        52, 54, 55, 56, 59, 60, 62, 74,
    ]

    /// The rows `| conversation | steps | reason |` of `transcripts.md`.
    private func namedExceptions(_ file: String = #filePath) throws -> [String: Set<Int>] {
        let page = URL(fileURLWithPath: file).deletingLastPathComponent()
            .appendingPathComponent("transcripts.md")
        var result: [String: Set<Int>] = [:]
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
            let cells = line.split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard cells.count == 3, !cells[2].isEmpty else { continue }
            let steps = cells[1].split(separator: ",").compactMap {
                Int($0.trimmingCharacters(in: .whitespaces))
            }
            if !steps.isEmpty { result[cells[0], default: []].formUnion(steps) }
        }
        return result
    }
}

struct Report: Sendable {
    var name: String
    var steps = 0
    var failures: [String] = []

    var differing: [Int] = []
    /// Without controllers, whose pace is not the same twice.
    var isRepeatable = true

    /// The number before the name.
    var number: Int { Int(name.prefix { $0.isNumber }) ?? 0 }

    /// `40-delete-basic: 29 of 29`, and the numbers of the steps that differ.
    var line: String {
        let numbers = differing.map(String.init).joined(separator: ", ")
        return "\(name): \(steps - failures.count) of \(steps)"
            + (numbers.isEmpty ? "" : "; not \(numbers)")
    }

    var text: String {
        "\(name): \(steps - failures.count) of \(steps)\n"
            + failures.map { "    \($0)" }.joined(separator: "\n")
    }
}

func replay(_ transcript: Transcript) async -> Report {
    do {
        let configuration = SandboxConfiguration(
            runsControllers: !transcript.isPaused, readyDelay: .milliseconds(20))
        return try await withSandbox(configuration) { client in
            var report = Report(name: transcript.name)
            report.isRepeatable = transcript.isPaused && !transcript.isMixed
            if transcript.isPaused { try await client.prepareRecordedCluster() }
            var player = Player(client: client, transcript)
            while let step = player.next() {
                report.steps += 1
                do {
                    guard let problem = try await player.play(step) else { continue }
                    report.failures.append("step \(step): \(problem)")
                } catch {
                    report.failures.append("step \(step): \(error)")
                }
                report.differing.append(step)
            }
            return report
        }
    } catch {
        return Report(name: transcript.name, steps: 1, failures: ["\(error)"])
    }
}
