import Model
import TestSupport
import Testing
import YAML

@testable import KubernetesClient

@Suite("Watching")
struct WatchTests {
    private static let line =
        "GET /api/v1/namespaces/t52/configmaps?watch=true&allowWatchBookmarks=true"
        + "&resourceVersion=5&timeoutSeconds=60"

    private func watch(_ answer: PlayedAnswer) async throws -> [String] {
        try await withClient([Self.line: [answer]]) { client, _ in
            var events: [String] = []
            do {
                for try await event in client.watch(
                    configMaps, namespace: "t52", resourceVersion: "5")
                {
                    events.append(text(event))
                }
            } catch { events.append("\(error)") }
            return events
        }
    }

    @Test func anOrderlyEndEndsTheStream() async throws {
        #expect(
            try await watch(Recording("54-watch-bookmarks").answer("bookmark"))
                == ["added b <rv-3>", "bookmark <rv-3>"])
        #expect(try await watch(Recording("52-watch-events").answer("nothing")) == [])
    }

    @Test func errorsEndTheStreamWithTheirMeaning() async throws {
        let recording = try Recording("56-watch-gone")
        #expect(
            try await watch(recording.answer("gone"))
                == [#"expired(message: "too old resource version: 1 (<rv-5>)")"#])
        #expect(
            try await watch(recording.answer("bad timeout")) == [
                #"refused(code: 400, reason: "BadRequest", message: "strconv.ParseInt: parsing \"abc\": invalid syntax")"#
            ])
        #expect(
            try await watch(.watch([["type": "SURPRISE", "object": [:]]]))
                == [#"malformedAnswer(message: "unknown watch event SURPRISE")"#])
        let broken = try await watch(.pieces([.text("{\"type\": nonsense\n")]))
        #expect(broken.count == 1 && broken[0].hasPrefix("malformedAnswer"))
    }

    @Test func manyEventsArriveInOrderThroughASlowReader() async throws {
        let padding = Node.string(String(repeating: "x", count: 2000))
        let events = (0..<2000).map { index -> Node in
            var event = Following.added("c\(index)", "\(index)")
            event["padding"] = padding
            return event
        }
        let received = try await watch(.watch(events))
        #expect(received.count == 2000 && received.last == "added c1999 1999")
        #expect(received == (0..<2000).map { "added c\($0) \($0)" })
    }

    @Test func linesAreTheSameHoweverTheyAreCut() {
        let lines = ["{\"a\":\"ä€😀\"}", "x", String(repeating: "long ", count: 99), "{}"]
        let bytes = Array((lines.joined(separator: "\n") + "\n\nrest").utf8)
        for seed in 0..<300 {
            var generator = SeededGenerator(seed: seed)
            var reader = WatchLines()
            var found: [String] = []
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 1...40, using: &generator))
                reader.append(bytes[start..<end])
                start = end
                while let line = reader.next() {
                    found.append(String(decoding: line, as: UTF8.self))
                }
            }
            #expect(found == lines && reader.pending == 4, "seed \(seed)")
        }
    }

    @Test func cancellingEndsTheStreamAtOnce() async throws {
        // While the connection is silent, and while the head of the answer is awaited.
        let script: [String: [PlayedAnswer]] = [
            Following.list: [Following.page("5", "a")],
            Following.watch("5"): [
                .pieces(PlayedAnswer.lines([Following.added("b", "6")]) + [.silence])
            ],
        ]
        for awaited in ["reset [a]", "added b 6"] {
            try await withClient(script) { client, _ in
                let (openings, opened) = AsyncStream.makeStream(of: Void.self)
                let reader = Task {
                    for await event in client.follow(configMaps, namespace: "t52")
                    where text(event) == awaited { opened.yield() }
                }
                for await _ in openings { break }
                let started = ContinuousClock.now
                reader.cancel()
                await reader.value
                #expect(ContinuousClock.now - started < .seconds(2))
            }
        }
    }
}
