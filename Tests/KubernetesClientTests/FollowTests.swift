import KubernetesClient
import Model
import Synchronization
import TestSupport
import Testing
import YAML

/// A short text for each event: `added a <rv-2>`.
func text(_ event: WatchEvent) -> String {
    func named(_ verb: String, _ object: Node) -> String {
        let metadata = object["metadata"]
        return "\(verb) \(metadata?["name"]?.stringValue ?? "?") "
            + (metadata?["resourceVersion"]?.stringValue ?? "?")
    }
    return switch event {
    case .added(let object): named("added", object)
    case .modified(let object): named("modified", object)
    case .deleted(let object): named("deleted", object)
    case .bookmark(let version): "bookmark \(version)"
    }
}

func text(_ event: FollowEvent) -> String {
    switch event {
    case .connected: "connected"
    case .reset(let objects, _): "reset [\(names(objects).joined(separator: " "))]"
    case .changed(let event): text(event)
    case .disconnected(let error): "disconnected: \(error.cause ?? error.summary)"
    }
}

/// Waits in no time, and remembers how long it should have waited.
final class RecordedPacing: Sendable {
    private let slept = Mutex<[Duration]>([])
    private let clock = Mutex(ContinuousClock.now)
    /// How far the clock moves each time it is read.
    private let step: Duration

    init(step: Duration = .zero) { self.step = step }

    var pauses: [Duration] { slept.withLock { $0 } }

    var pacing: Pacing {
        Pacing(
            sleep: { pause in
                self.slept.withLock { $0.append(pause) }
                try Task.checkCancellation()
            },
            now: {
                self.clock.withLock {
                    $0 = $0.advanced(by: self.step)
                    return $0
                }
            }, jitter: { 1 })
    }
}

enum Following {
    static let list = "GET /api/v1/namespaces/t52/configmaps?limit=500"

    static func watch(_ version: String) -> String {
        "GET /api/v1/namespaces/t52/configmaps?watch=true&allowWatchBookmarks=true"
            + "&resourceVersion=\(version)&timeoutSeconds=60"
    }

    static func page(_ version: String, _ names: String...) -> PlayedAnswer {
        .json([
            "kind": "ConfigMapList", "apiVersion": "v1",
            "metadata": ["resourceVersion": .string(version)],
            "items": .array(names.map { ["metadata": ["name": .string($0)]] }),
        ])
    }

    static func added(_ name: String, _ version: String) -> Node {
        [
            "type": "ADDED",
            "object": [
                "kind": "ConfigMap", "apiVersion": "v1",
                "metadata": ["name": .string(name), "resourceVersion": .string(version)],
            ],
        ]
    }

    /// The first events of following ConfigMaps, and the pauses taken between.
    static func events(
        _ count: Int, _ script: [String: [PlayedAnswer]], _ recorded: RecordedPacing = .init(),
        deadlines: Deadlines = .testing
    ) async throws -> (events: [String], requests: [String]) {
        try await withClient(script, deadlines: deadlines) { client, server in
            var events: [String] = []
            for await event in client.follow(
                configMaps, namespace: "t52", pacing: recorded.pacing)
            {
                events.append(text(event))
                if events.count == count { break }
            }
            return (events, server.requestLines)
        }
    }
}

@Suite("Following")
struct FollowTests {
    @Test func beginsWithAllObjectsAndGoesOnWithChanges() async throws {
        let recording = try Recording("52-watch-events")
        let changes = try #require(recording.body("events").arrayValue)
        let script = [
            Following.list: [try recording.answer("list")],
            Following.watch("%3Crv-1%3E"): [.pieces(PlayedAnswer.lines(changes) + [.silence])],
        ]
        let (events, requests) = try await Following.events(6, script)
        #expect(
            events == [
                "connected", "reset []", "added a <rv-2>", "modified a <rv-3>", "added b <rv-4>",
                "deleted a <rv-5>",
            ])
        #expect(requests.count == 2)
    }

    @Test func aWatchThatEndsIsResumedFromTheLastBookmark() async throws {
        let bookmarked = try Recording("54-watch-bookmarks").answer("bookmark")
        let script = [
            Following.list: [Following.page("<rv-2>", "a")],
            Following.watch("%3Crv-2%3E"): [bookmarked],
            Following.watch("%3Crv-3%3E"): [
                .pieces(PlayedAnswer.lines([Following.added("c", "9")]) + [.silence])
            ],
        ]
        let recorded = RecordedPacing()
        let (events, requests) = try await Following.events(5, script, recorded)
        #expect(
            events == [
                "connected", "reset [a]", "added b <rv-3>", "bookmark <rv-3>", "added c 9",
            ])
        #expect(requests.count == 3 && recorded.pauses.isEmpty)
    }

    @Test func aConnectionCutInALineIsResumedAndTheHalfLineIsForgotten() async throws {
        let half = String(
            String(decoding: printJSON(Following.added("b", "8")), as: UTF8.self).prefix(60))
        let script: [String: [PlayedAnswer]] = [
            Following.list: [Following.page("6", "a")],
            Following.watch("6"): [
                .pieces(
                    PlayedAnswer.lines([Following.added("x", "7")]) + [.text(half), .cut])
            ],
            Following.watch("7"): [
                .pieces(PlayedAnswer.lines([Following.added("b", "8")]) + [.silence])
            ],
        ]
        let recorded = RecordedPacing()
        let (events, _) = try await Following.events(6, script, recorded)
        #expect(
            events == [
                "connected", "reset [a]", "added x 7",
                "disconnected: the connection was closed in the middle of an answer", "connected",
                "added b 8",
            ])
        #expect(recorded.pauses == [.milliseconds(500)])
    }

    @Test func aForgottenVersionListsAgain() async throws {
        let recording = try Recording("56-watch-gone")
        // Told by an event of the watch, and as an answer to it.
        for gone in [try recording.answer("gone"), try recording.answer("gone list")] {
            let script: [String: [PlayedAnswer]] = [
                Following.list: [Following.page("6", "a"), Following.page("9", "b", "c")],
                Following.watch("6"): [gone],
                Following.watch("9"): [
                    .pieces(PlayedAnswer.lines([Following.added("d", "10")]) + [.silence])
                ],
            ]
            let recorded = RecordedPacing()
            let (events, _) = try await Following.events(4, script, recorded)
            #expect(events == ["connected", "reset [a]", "reset [b c]", "added d 10"])
            #expect(recorded.pauses.isEmpty)
        }
    }

    @Test func failuresAreToldOnceAndPausesGrow() async throws {
        let down: PlayedAnswer = .whole(status: 503, headers: [], body: "starting")
        let script: [String: [PlayedAnswer]] = [
            Following.list: [down, down, down, down, Following.page("6", "a")],
            Following.watch("6"): [
                .json(["kind": "Status", "code": 500, "message": "etcd"], status: 500),
                .pieces([.silence]),
            ],
        ]
        let recorded = RecordedPacing()
        let (events, _) = try await Following.events(6, script, recorded)
        #expect(
            events == [
                "disconnected: 503 ", "connected", "reset [a]", "disconnected: 500 ", "connected",
                "reset [a]",
            ])
        #expect(recorded.pauses.map { $0 / .seconds(1) } == [0.5, 1, 2, 4, 8])
    }

    @Test func watchesWithNothingToTellAreNoFailures() async throws {
        let script: [String: [PlayedAnswer]] = [
            Following.list: [Following.page("6")],
            Following.watch("6"): [
                .watch([]), .watch([]), .watch([]), .watch([]),
                .pieces(PlayedAnswer.lines([Following.added("b", "8")]) + [.silence]),
            ],
        ]
        // Each lasts two minutes.
        let patient = RecordedPacing(step: .seconds(120))
        #expect(try await Following.events(3, script, patient).events.last == "added b 8")
        #expect(patient.pauses.isEmpty)
        // Each ends at once: the server is not asked in a tight circle.
        let hurried = RecordedPacing()
        #expect(try await Following.events(3, script, hurried).events.last == "added b 8")
        #expect(hurried.pauses.map { $0 / .seconds(1) } == [1, 2, 4])
    }

    @Test func aSilentConnectionIsGivenUp() async throws {
        var deadlines = Deadlines.testing
        deadlines.watchIdle = .seconds(2)
        let script: [String: [PlayedAnswer]] = [
            Following.list: [Following.page("6")],
            Following.watch("6"): [
                .pieces([.silence]),
                .pieces(PlayedAnswer.lines([Following.added("b", "8")]) + [.silence]),
            ],
        ]
        let (events, _) = try await Following.events(5, script, deadlines: deadlines)
        #expect(
            events == [
                "connected", "reset []", "disconnected: silent for 2.0 seconds", "connected",
                "added b 8",
            ])
    }
}
