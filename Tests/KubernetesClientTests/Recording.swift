import Foundation
import Model
import TestSupport
import Testing
import YAML

/// The answers of one recorded transcript, by name.
struct Recording {
    private let answers: Node

    init(_ name: String) throws {
        let url = fixtures().appendingPathComponent(name + ".json")
        answers = try #require(parseJSON(Array(Data(contentsOf: url)))["answers"])
    }

    func body(_ name: String) throws -> Node {
        try #require(answers[name]?["body"], "the recording has no answer \(name)")
    }

    /// The answer as it was given: status, headers and body.
    func answer(_ name: String) throws -> PlayedAnswer {
        let answer = try #require(answers[name], "the recording has no answer \(name)")
        let body = try #require(answer["body"])
        if let events = body.arrayValue { return .watch(events) }
        return .whole(
            status: Int(answer["status"]?.intValue ?? 0),
            headers: (answer["headers"]?.objectValue ?? Mapping()).map {
                ($0.key, $0.value.stringValue ?? "")
            },
            body: body.stringValue ?? String(decoding: printJSON(body), as: UTF8.self))
    }
}
