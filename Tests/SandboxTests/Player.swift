import Foundation
import Model
import YAML

/// Plays the steps of one conversation and compares the answers.
struct Player {
    let client: SandboxClient
    let steps: [Node]
    /// Whether the conversation was recorded without controllers, but for the steps that say so.
    let isPaused: Bool
    private var lastNote = ""
    private var position = 0
    private var bindings = Bindings()
    /// What changes made while a stream was open were answered with.
    private var answers: [Int: SandboxAnswer] = [:]
    private var streams: [Int: SandboxAnswer] = [:]

    init(client: SandboxClient, _ transcript: Transcript) {
        self.client = client
        steps = transcript.steps
        isPaused = transcript.isPaused
    }

    /// The number of the next step by the administrator; the sandbox knows no one else.
    mutating func next() -> Int? {
        while position < steps.count {
            defer { position += 1 }
            let request = steps[position]["request"]
            if request != nil, steps[position]["response"] != nil, request?["identity"] == nil {
                return position
            }
        }
        return nil
    }

    /// The first difference between the recorded answer and ours.
    mutating func play(_ number: Int) async throws -> String? {
        let note = steps[number]["note"]?.stringValue ?? ""
        if note.contains("controllers resumed") { await client.setControllers(true) }
        defer { lastNote = note }
        // They ran as long as the recording waited for what they do.
        if lastNote.hasPrefix("repeated until"), method(number) == "POST", isPaused {
            await client.setControllers(false)
        }
        if let body = body(number), body.hasPrefix("<a ") { return nil }
        if let stream = streamOpened(before: number) {
            try await playTogether(number..<stream, stream)
        }
        if let answer = streams[number] ?? answers[number] {
            return difference(number, answer)
        }
        var answer = try await send(number)
        if note.hasPrefix("repeated until") {
            for _ in 0..<80 {
                var trial = self
                if trial.difference(number, answer) == nil { break }
                try await Task.sleep(for: .milliseconds(25))
                answer = try await send(number)
            }
        }
        return difference(number, answer)
    }

    /// The stream that was open when this change was made: steps stand in order of completion, so it
    /// comes later, after nothing but other changes.
    private func streamOpened(before number: Int) -> Int? {
        guard answers[number] == nil, method(number) != "GET",
            let stream = steps.indices.first(where: { $0 > number && method($0) == "GET" }),
            steps[stream]["response"]?["stream"] == true,
            let note = steps[stream]["note"]?.stringValue,
            note.contains("while the stream is open")
        else { return nil }
        // A stream that starts with the state names the version at which it was opened.
        let start = steps[stream]["response"]?["body"]?.arrayValue?
            .first { $0["object"]?["metadata"]?["annotations"] != nil }
        if let start, version(start["object"]) >= version(steps[number]["response"]?["body"]) {
            return nil
        }
        return stream
    }

    /// The number in the placeholder of a recorded resourceVersion: `<rv-7>`.
    private func version(_ object: Node?) -> Int {
        let text = object?["metadata"]?["resourceVersion"]?.stringValue ?? ""
        return Int(text.filter(\.isNumber)) ?? 0
    }

    /// Opens the stream, makes the changes, and waits for its end.
    private mutating func playTogether(_ changes: Range<Int>, _ stream: Int) async throws {
        let path = path(stream)
        if path.contains("sendInitialEvents") {
            var made: [Int: SandboxAnswer] = [:]
            streams[stream] = try await client.stream(path, headers: headers(stream)) {
                for change in changes { made[change] = try await send(change) }
            }
            answers.merge(made) { $1 }
        } else {
            // From a resourceVersion on, the events are the same whenever the stream opens.
            let client = client
            let headers = headers(stream)
            async let answer = client.send("GET", path, headers: headers)
            for change in changes { answers[change] = try await send(change) }
            streams[stream] = try await answer
        }
    }

    // MARK: Requests

    private func method(_ number: Int) -> String {
        steps[number]["request"]?["method"]?.stringValue ?? "GET"
    }

    private func path(_ number: Int) -> String {
        bindings.filled(steps[number]["request"]?["path_and_query"]?.stringValue ?? "/")
    }

    private func headers(_ number: Int) -> [(String, String)] {
        (steps[number]["request"]?["headers"]?.objectValue ?? Mapping()).map {
            ($0.key, bindings.filled($0.value.stringValue ?? ""))
        }
    }

    private func body(_ number: Int) -> String? {
        switch steps[number]["request"]?["body"] {
        case nil, .null: nil
        case .string(let text):
            largeBody(text, name: steps[number]["response"]?["body"]?["details"]?["name"])
                ?? bindings.filled(text)
        case .some(let node): String(decoding: printJSON(bindings.filled(node)), as: UTF8.self)
        }
    }

    /// `<annotation a of 262145 bytes>`: the recording describes what is too long to be kept.
    private func largeBody(_ text: String, name: Node?) -> String? {
        let words = text.split(separator: " ")
        guard words.count == 5, words[0] == "<annotation", let size = Int(words[3]), let name else {
            return nil
        }
        let value = Node.string(String(repeating: "v", count: size))
        let object: Node = [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": name, "annotations": [String(words[1]): value]],
        ]
        return String(decoding: printJSON(object), as: UTF8.self)
    }

    private func send(_ number: Int) async throws -> SandboxAnswer {
        try await client.send(
            method(number), path(number), headers: headers(number), body: body(number))
    }

    // MARK: Answers

    private mutating func difference(_ number: Int, _ answer: SandboxAnswer) -> String? {
        let response = steps[number]["response"] ?? [:]
        let wanted = response["body"] ?? .null
        let code = Int(response["status"]?.intValue ?? 0)
        let request = "\(method(number)) \(path(number))"
        if answer.code != code {
            return "\(request): wanted \(code), found \(answer.code) \(answer.text.prefix(300))"
        }
        if let etag = response["headers"]?["etag"] {
            _ = bindings.difference(etag, .string(answer.etag ?? ""))
        }
        if response["trimmed"]?.boolValue == true {
            // Only part of it was kept: learn what the placeholders stand for.
            _ = bindings.difference(wanted["metadata"] ?? .null, answer.node["metadata"] ?? .null)
            return nil
        }
        let problem: String?
        if response["stream"]?.boolValue == true, case .array(let events) = wanted {
            problem = bindings.difference(
                .array(withoutRepeatedBookmarks(events)),
                .array(withoutRepeatedBookmarks(answer.events)))
        } else if case .string(let text) = wanted {
            problem = bindings.difference(.string(text), .string(answer.text))
        } else {
            problem = bindings.difference(wanted, answer.node)
        }
        return problem.map { "\(request) \($0)" }
    }

    /// How many bookmarks follow each other is a matter of time.
    private func withoutRepeatedBookmarks(_ events: [Node]) -> [Node] {
        events.indices.filter { index in
            let isFollowed =
                index + 1 < events.count && events[index + 1]["type"] == "BOOKMARK"
            return events[index]["type"] != "BOOKMARK" || !isFollowed
        }.map { events[$0] }
    }
}

extension SandboxClient {
    /// What the recording server had beside its defaults: an account, and simulated nodes.
    func prepareRecordedCluster() async throws {
        _ = try await json(
            "POST", "/api/v1/namespaces/default/serviceaccounts",
            ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default"]])
        for number in 1...2 {
            _ = try await json(
                "POST", "/api/v1/nodes",
                [
                    "apiVersion": "v1", "kind": "Node",
                    "metadata": [
                        "name": .string("fake-node-\(number)"),
                        "labels": ["topology.kubernetes.io/zone": .string("zone-\(number)")],
                    ],
                ])
        }
    }
}
