import KubernetesClient
import Model
import TestSupport
import Testing
import YAML

/// A history of one kind, and a server of it that fails now and then.
///
/// Version `v` of the history is what its first `v` changes make of nothing; the last change adds
/// `end`.
private struct FaultyHistory {
    let changes: [Node]
    private var generator: SeededGenerator

    init(seed: Int, length: Int) {
        generator = SeededGenerator(seed: seed)
        var changes: [Node] = []
        var living: Set<String> = []
        for version in 1..<length {
            let name = "c\(Int.random(in: 0..<7, using: &generator))"
            var change = Following.added(name, "\(version)")
            if living.contains(name) {
                let isDeleted = Bool.random(using: &generator)
                change["type"] = isDeleted ? "DELETED" : "MODIFIED"
                if isDeleted { living.remove(name) }
            } else {
                living.insert(name)
            }
            changes.append(change)
        }
        self.changes = changes + [Following.added("end", "\(length)")]
    }

    func objects(at version: Int) -> [String: Node] {
        var objects: [String: Node] = [:]
        for change in changes.prefix(version) {
            guard let object = change["object"] else { continue }
            let name = names([object])[0]
            if change["type"] == "DELETED" {
                objects.removeValue(forKey: name)
            } else {
                objects[name] = object
            }
        }
        return objects
    }

    /// Answers to every list and watch; the last one to each brings the follower forward.
    mutating func script() -> [String: [PlayedAnswer]] {
        var script: [String: [PlayedAnswer]] = [:]
        let down: PlayedAnswer = .whole(status: 503, headers: [], body: "down")
        let gone: Node = ["kind": "Status", "code": 410, "reason": "Expired", "message": "gone"]
        script[Following.list] = (0..<12).flatMap { round -> [PlayedAnswer] in
            let version = changes.count * round / 12
            let page: Node = [
                "metadata": ["resourceVersion": .string("\(version)")],
                "items": .array(objects(at: version).values.map { $0 }),
            ]
            return Bool.random(using: &generator) ? [down, .json(page)] : [.json(page)]
        }
        for version in 0..<changes.count {
            let events = PlayedAnswer.lines(
                Array(changes[version...].prefix(Int.random(in: 1...9, using: &generator))))
            let half = String(decoding: printJSON(changes[version]), as: UTF8.self).prefix(50)
            let faults: [PlayedAnswer] = [
                down, .json(gone, status: 410),
                .watch([["type": "ERROR", "object": gone]]), .watch([]), .pieces([.cut]),
                .pieces([.text(String(half)), .cut]),
                .pieces(events + [.text(String(half)), .cut]),
            ]
            var answers: [PlayedAnswer] = []
            while let fault = faults.randomElement(using: &generator),
                Int.random(in: 0..<3, using: &generator) > 0
            {
                answers.append(fault)
            }
            script[Following.watch("\(version)")] = answers + [.pieces(events)]
        }
        return script
    }
}

@Suite("Following through faults")
struct FollowFaultTests {
    @Test func nothingIsMissedHoweverTheServerFails() async throws {
        for seed in 0..<15 {
            var history = FaultyHistory(seed: seed, length: 60)
            let script = history.script()
            let found = try await withClient(script) { client, _ in
                var objects: [String: Node] = [:]
                for await event in client.follow(
                    configMaps, namespace: "t52", pacing: RecordedPacing().pacing)
                {
                    switch event {
                    case .connected, .disconnected, .changed(.bookmark): break
                    case .reset(let all, _):
                        objects = Dictionary(uniqueKeysWithValues: zip(names(all), all))
                    case .changed(.added(let object)), .changed(.modified(let object)):
                        objects[names([object])[0]] = object
                    case .changed(.deleted(let object)):
                        objects.removeValue(forKey: names([object])[0])
                    }
                    if objects.keys.contains("end") { break }
                }
                return objects
            }
            #expect(found == history.objects(at: 60), "seed \(seed)")
        }
    }
}
