import Foundation
import TestSupport
import Testing

/// Commands that are the writer for their own duration, against embedded clusters.
@Suite("Deploying without a running reconciler")
struct DeployTests {
    @Test func planSyncExplainAndRollBack() async throws {
        let platform = try await Platform()
        let session = platform.session
        var text = ""
        func note(_ arguments: String..., isNoted: Bool = true) async {
            let ended = await session.run(arguments)
            guard isNoted else { return }
            text += "$ tidemark \(arguments.joined(separator: " "))\n" + masked(ended.output)
            text += ended.errors.split(separator: "\n").filter { !$0.hasPrefix("sync-") }
                .map { "! \(masked(String($0)))\n" }.joined()
            text += "[exit \(ended.code)]\n\n"
        }
        await note("plan", "web-prod")
        await note("sync", "web-prod")
        await note("sync", "web-prod", "--yes", "--by", "engineer-b")
        await note("plan", "web-prod")
        try await platform.release("1.28")
        await note("diff", "web-prod")
        await note("sync", "web-prod", "--yes")
        await note("explain", "sync-2", "-o", "wide")
        await note("diff", "web-prod", "--at", "sync-2")
        await note("replay", "sync-2")
        await note("replay", "sync-2", "--with", "applyOutOfSyncOnly=true")
        await note("replay", "sync-2", "--with", "window=deny * * * * * 5m")
        await note("replay", "sync-2", "--with-current")
        await note("diff", "prod~1", "prod")
        await note("diff", "prod", "prod")
        await note("rollback", "web-prod", "--to", "sync-1", "--yes")
        await note("show", "configmap/web", "--env", "prod", "--desired", isNoted: false)
        await note("rollback", "web-prod", "--release")
        await note("verify")
        await note("rebuild")
        let difference = try goldenDifference(text, "deploy.txt")
        #expect(difference == nil, "\(difference ?? "")")
    }

    @Test func aSavedPlanRunsAloneAfterTheClusterWasRestarted() async throws {
        let platform = try await Platform()
        let session = platform.session
        // First what is made anew, then what is changed.
        for number in 1...2 {
            let saved = await session.run("plan", "web-prod", "--save")
            #expect(saved.output.contains("saved as plan-\(number)"), "\(saved.text)")
            let ended = await session.run("sync", "plan-\(number)", "--yes")
            #expect(ended.output.contains("succeeded") && ended.code == 0, "\(ended.text)")
            try await platform.release("1.3\(number)")
        }
    }

    @Test func aRevertSaysFirstWhatItTakesBack() async throws {
        let platform = try await Platform()
        let session = platform.session
        _ = await session.run("sync", "web-prod", "--yes")
        try await platform.commit(
            ["prod/web.yaml": Platform.web("1.28"), "dev/web.yaml": Platform.web("1.28")], "both")
        try await platform.commit(["docs/a.md": "unrelated"], "a note")
        let refused = await session.run("rollback", "web-prod", "--revert")
        #expect(refused.code == 2 && refused.errors.contains("a rollback changes Git"))
        let ended = await session.run("rollback", "web-prod", "--revert", "--yes")
        #expect(ended.code == 0 && ended.output.hasPrefix("pushed "), "\(ended.text)")
        let said = masked(ended.errors).split(separator: "\n")
        #expect(said.first == "takes back, on main of platform:", "\(ended.text)")
        #expect(said.dropFirst().first == "  ABCDEF1 both", "\(ended.text)")
        #expect(
            ended.errors.contains("outside of the folder of web-prod: dev/web.yaml")
                && ended.errors.contains("this concerns web-dev"), "\(ended.text)")
        let events = await session.run("log", "--type", "commit.observed", "-o", "json")
        #expect(events.output.contains("also outside of the folder of web-prod: dev/web.yaml"))
    }

    @Test func aSavedPlanIsRefusedWhenTheWorldHasMoved() async throws {
        let platform = try await Platform()
        let session = platform.session
        let saved = await session.run("plan", "web-prod", "--save")
        #expect(saved.output.contains("saved as plan-1") && saved.code == 1, "\(saved.text)")
        try await platform.release("1.29")
        let ended = await session.run("sync", "plan-1", "--yes")
        #expect(ended.errors.contains("error: plan-1 is stale") && ended.code == 2)
    }
}
