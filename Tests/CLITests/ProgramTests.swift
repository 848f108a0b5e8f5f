import CLI
import Foundation
import Model
import TestSupport
import Testing

@Suite("Program")
struct ProgramTests {
    @Test func helpOfEveryCommandIsAsRecorded() async throws {
        let session = try Session()
        let commands = [
            "demo", "init", "run", "doctor", "sandbox", "status", "plan", "diff", "sync", "wait",
            "terminate", "refresh", "rollback", "log", "show", "explain", "verify", "rebuild",
            "backup", "redact", "archive", "checkpoint", "prove", "witness", "recover", "render",
            "health", "compare",
        ]
        var text = await session.run("--help").output
        for command in commands {
            let help = await session.run(command, "--help")
            #expect(help.code == 0)
            #expect(help.output.contains("Example: "), "\(command) gives an example")
            #expect(help.output.hasSuffix(".\n") || help.output.hasSuffix(".\n\n"))
            text += "\n$ tidemark \(command) --help\n" + help.output
        }
        let difference = try goldenDifference(text, "help.txt")
        #expect(difference == nil, "\(difference ?? "")")
    }

    private func check(_ arguments: [String], exitsWith code: Int32, saying text: String)
        async throws
    {
        let session = try Session()
        var ended = Session.Ended(code: -1, output: "", errors: "")
        switch arguments.count {
        case 0: ended = await session.run()
        case 1: ended = await session.run(arguments[0])
        case 2: ended = await session.run(arguments[0], arguments[1])
        default: ended = await session.run(arguments[0], arguments[1], arguments[2])
        }
        #expect(ended.code == code)
        #expect(ended.text.contains(text), "\(ended.text)")
    }

    @Test func versionIsWrittenToOutput() async throws {
        try await check(["--version"], exitsWith: 0, saying: Program.version + "\n")
    }

    @Test func unknownOptionIsWrongUsage() async throws {
        try await check(["status", "--colour"], exitsWith: 64, saying: "error: Unknown option")
    }

    @Test func missingArgumentIsWrongUsage() async throws {
        try await check(["plan"], exitsWith: 64, saying: "error: Missing expected argument")
    }

    @Test func rollbackThatSaysNothingIsWrongUsage() async throws {
        try await check(["rollback", "web"], exitsWith: 64, saying: "--to sync-N, --revert or")
    }

    @Test func missingSettingsCannotBeDone() async throws {
        try await check(
            ["status"], exitsWith: 2, saying: "! error: there is no FOLDER/tidemark.yaml\n!   try: "
        )
    }

    @Test func aURLWithAPasswordIsNotEvenWritten() async throws {
        let session = try Session()
        let ended = await session.run("init", "--repository", "https://user:hunter2@example.org/x")
        #expect(ended.code == 2 && !ended.text.contains("hunter2"), "\(ended.text)")
        #expect(!FileManager.default.fileExists(atPath: session.path + "/tidemark.yaml"))
    }

    @Test func anEnvironmentThatIsNotThereIsNamed() async throws {
        let session = try Session()
        _ = await session.run("init")
        let ended = await session.run("log", "--env", "prodution")
        #expect(ended.code == 2, "\(ended.text)")
        #expect(ended.errors.contains("there is no environment prodution"), "\(ended.text)")
    }

    @Test func aReaderThatGoesAwayIsNoError() async throws {
        let session = try Session()
        struct Gone: Error {}
        let code = await Program.run(
            ["--help"],
            surroundings: Surroundings(
                writeOutput: { _ in throw Gone() }, writeError: { _ in }, folder: session.path,
                now: { .init(nanoseconds: 0) }, executable: Session.executable))
        #expect(code == 0)
    }

    @Test func initMakesOnlyWhatIsMissing() async throws {
        let session = try Session()
        let first = await session.run("init", "--repository", "https://example.org/a.git")
        #expect(
            first.text == """
                wrote   FOLDER/tidemark.yaml
                made    FOLDER/tidemark-keys/token.key
                made    FOLDER/tidemark-keys/checkpoint.key
                made    FOLDER/tidemark.db
                next    tidemark run
                [exit 0]

                """)
        let key = try Data(
            contentsOf: session.folder.url.appending(path: "tidemark-keys/token.key"))
        let second = await session.run("init")
        #expect(second.output.split(separator: "\n").prefix(4).allSatisfy { $0.hasPrefix("kept") })
        let kept = try Data(
            contentsOf: session.folder.url.appending(path: "tidemark-keys/token.key"))
        #expect(key == kept && key.count == 32)
        let mode = try FileManager.default.attributesOfItem(
            atPath: session.path + "/tidemark-keys/token.key")[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }
}
