import Foundation
import HelmTool
import TestSupport
import Testing

/// Scripts in place of Helm.
@Suite("The helm program")
struct HelmProgramTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func helm(_ script: String, deadline: Duration = .seconds(60)) throws -> HelmProgram {
        let url = folder.url.appendingPathComponent("helm")
        try "#!/bin/sh\n\(script)\n".write(to: url, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        return HelmProgram(name: url.path, deadline: deadline)
    }

    @Test func itSeesItsFilesAndNothingOfTheAccount() async throws {
        setenv("TIDEMARK_TEST_SECRET", "hunter2", 1)
        let helm = try helm(
            #"echo "$1 $2"; cat chart/a.yaml; env | cut -d= -f1 | sort | tr '\n' ' '; echo; "#
                + #"echo "$HOME" > "$OLDHOME"; pwd > \#(folder.url.path)/where"#)
        let output = try await helm.run(
            ["template", "x y"], files: [("chart/a.yaml", Array("a: 1\n".utf8))])
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        #expect(lines.prefix(2) == ["template x y", "a: 1"])
        #expect(!lines.joined().contains("TIDEMARK_TEST_SECRET"))
        #expect(lines.last?.contains("HELM_DATA_HOME") == true)
        let place = try String(
            contentsOf: folder.url.appendingPathComponent("where"), encoding: .utf8)
        #expect(!FileManager.default.fileExists(atPath: place.split(separator: "\n").joined()))
    }

    @Test func whatGoesWrongIsSaid() async throws {
        await #expect(throws: HelmProgramError.missing("/nonexistent/helm")) {
            try await HelmProgram(name: "/nonexistent/helm").version()
        }
        let refusing = try helm("echo out; echo 'Error: no' >&2; exit 3")
        await #expect(throws: HelmProgramError.failed("Error: no\n")) {
            try await refusing.version()
        }
        let silent = try helm("exec sleep 600", deadline: .milliseconds(50))
        await #expect(throws: HelmProgramError.deadline(.milliseconds(50))) {
            try await silent.version()
        }
        let climbing = try helm("true")
        await #expect(throws: HelmProgramError.broken("../a leaves the folder")) {
            try await climbing.run([], files: [("../a", [])])
        }
    }
}
