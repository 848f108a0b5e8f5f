import Engine
import EventLog
import Foundation
import Logging
import Model
import Projections
import Server
import TestSupport
import Testing

@Suite("Control socket")
struct ControlTests {
    private let id = EventID(
        at: Timestamp(nanoseconds: 1_760_000_000_000_000_000), random: Array(1...10))

    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func everyRequestSurvivesTheWire() throws {
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let actions: [ControlRequest.Action] = [
            .sync(application: "web", isPruning: true, objects: [key]),
            .sync(application: "web", isPruning: nil, objects: []), .syncPlan("plan-17"),
            .plan(application: "web", isPruning: false, objects: [], isSaved: true),
            .refresh(application: nil), .refresh(application: "web"),
            .rollback(application: "web", to: "sync-3", isPruning: nil),
            .revert(application: "web", to: "sync-3", expecting: nil),
            .revert(application: "web", to: nil, expecting: String(repeating: "a", count: 40)),
            .revertPlan(application: "web", to: "sync-3"),
            .regenerate(application: "web", reason: "it leaked"),
            .regenerate(application: "web", reason: nil),
            .release(application: "web"), .terminate(application: "web"),
            .verify(isFull: false), .rebuild(archives: []), .rebuild(archives: ["/one.db"]),
            .checkpoint, .redact(position: 12, reason: "r"),
            .archive(before: Timestamp(seconds: 5), file: "/archives/one.db"),
            .judge(PlanJudgement(plan: "plan-1", verdict: .approved)),
            .judge(
                PlanJudgement(
                    plan: "plan-1", verdict: .rejected, comment: "no", signature: "-----BEGIN")),
            .attest(
                Attestation(
                    subject: "sync-1", kind: .review, name: "r.txt",
                    document: Array(0...255) + [0x0A])),
            .attest(
                Attestation(
                    subject: "9f3c1ab", kind: .ticket, name: "t", document: [], signature: "s")),
        ]
        for action in actions {
            let request = ControlRequest(id: id, onBehalfOf: "b", action)
            let read = try ControlRequest(route: request.route, body: request.body)
            #expect(read == request)
        }
    }

    private func check(_ route: String, _ body: Node, isRefusedWith text: String) {
        do throws(ControlError) {
            _ = try ControlRequest(route: route, body: body)
            Issue.record("was accepted")
        } catch {
            #expect([error.summary, error.cause].compactMap { $0 }.joined(separator: ": ") == text)
        }
    }

    @Test func whatARouteDoesNotKnowIsRefused() {
        let id = Node.string(id.text)
        check("/v1/nothing", ["id": id], isRefusedWith: "there is no /v1/nothing")
        check(
            "/v1/sync", ["id": "x"],
            isRefusedWith: "the request cannot be read: id is no UUID in lower case")
        check(
            "/v1/sync", ["id": id],
            isRefusedWith: "the request cannot be read: application is missing")
        check(
            "/v1/reject", ["id": id, "plan": "plan-1"],
            isRefusedWith: "the request cannot be read: comment is missing")
        check(
            "/v1/attest", ["id": id, "kind": "rumour"],
            isRefusedWith: "the request cannot be read: kind is none of test, review, ticket")
        check(
            "/v1/attest",
            ["id": id, "kind": "test", "subject": "s", "name": "n", "document": "%"],
            isRefusedWith: "the request cannot be read: document is no base64")
        check(
            "/v1/release", ["id": id, "application": "web", "force": true],
            isRefusedWith: "the request cannot be read: force is not a field of this request")
    }

    /// Serves on a socket for as long as `body` takes.
    private func serving(
        _ perform: @escaping @Sendable (ControlRequest, Actor) async throws -> ControlAnswer,
        isStale: Bool = false,
        _ body: @escaping @Sendable (ControlClient, String) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path + "/t.sock"
        if isStale { try Data().write(to: URL(fileURLWithPath: path)) }
        let server = ControlServer(path: path, log: quiet, perform: perform)
        let (running, sink) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { sink.finish() } }
            for await _ in running {}
            try await body(ControlClient(path: path), path)
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func theActorIsTheAccountAtTheOtherEnd() async throws {
        try await serving(
            { request, actor in
                ControlAnswer { $0.sync = "\(actor.id) \(actor.authentication) \(request.id)" }
            }, isStale: true
        ) { client, path in
            let outcome = try await client.send(
                ControlRequest(id: id, .release(application: "web")))
            #expect(
                outcome == .answered(ControlAnswer { $0.sync = "uid:\(getuid()) unixPeer \(id)" }))
            #expect(await client.writer() == Int(getpid()))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test func anErrorArrivesWithItsCauseAndHint() async throws {
        struct Refused: Diagnostic {
            let summary = "cannot sync"
            let cause: String? = "it is held"
            let hint: String? = "release it"
        }
        try await serving({ _, _ in throw Refused() }) { client, _ in
            await #expect(
                throws: ControlError.answered(
                    summary: "cannot sync", cause: "it is held", hint: "release it")
            ) { try await client.send(ControlRequest(id: id, .release(application: "web"))) }
        }
    }

    @Test func nobodyListensAtAFileThatWasLeftBehind() async throws {
        let folder = try TemporaryFolder()
        let path = folder.url.path + "/t.sock"
        try Data().write(to: URL(fileURLWithPath: path))
        let outcome = try await ControlClient(path: path).send(
            ControlRequest(id: id, .release(application: "web")))
        #expect(outcome == .nobodyListens)
    }
}
