import Diffing
import Foundation
import Model
import TestSupport
import Testing
import YAML

/// Comparisons whose answer a real API server gave: kube-apiserver 1.36.2, see Fixtures/README.md.
@Suite("Recorded answers of an API server")
struct RecordedTests {
    @Test func whatWasCreatedIsInSyncWithWhatIsStored() throws {
        let objects = try lines("stored.jsonl")
        #expect(objects.count > 50)
        for object in objects {
            let name = object["name"]?.stringValue ?? ""
            let (sent, stored) = (object["sent"] ?? nil, object["stored"] ?? nil)
            #expect(compare(desired: sent, live: stored).map(\.text) == [], "\(name)")
        }
    }

    @Test func whatWasAppliedIsInSyncWithTheAnswer() throws {
        let applied = try lines("applied.jsonl")
        #expect(applied.count > 50)
        for step in applied {
            let (desired, after) = (step["desired"] ?? nil, step["after"] ?? nil)
            let manager = step["manager"]?.stringValue ?? ""
            let found = compare(desired: desired, live: after, manager: manager)
            #expect(found.map(\.text) == [], "\(step["name"]?.stringValue ?? "")")
        }
    }

    /// The other direction: in sync means that an apply changes nothing but who owns what.
    @Test func anApplyOfWhatIsInSyncChangesNothing() throws {
        var count = 0
        for step in try lines("applied.jsonl") {
            guard let before = step["before"], let after = step["after"] else { continue }
            let manager = step["manager"]?.stringValue ?? ""
            let found = compare(desired: step["desired"] ?? nil, live: before, manager: manager)
            guard found.isEmpty else { continue }
            count += 1
            #expect(body(before) == body(after), "\(step["name"]?.stringValue ?? "")")
        }
        #expect(count >= 10)
    }

    private func body(_ node: Node) -> Node {
        var node = node
        // The annotations of the one step that the server treats in a way of its own: it updates kubectl's
        // copy of the manifest when a manager called kubectl applies.
        for key in ["managedFields", "resourceVersion", "generation", "annotations"] {
            node["metadata"]?[key] = nil
        }
        return node
    }

    private func lines(_ name: String) throws -> [Node] {
        let data = try Data(contentsOf: fixtures().appendingPathComponent(name))
        return try data.split(separator: 10).map { try parseJSON(Array($0)) }
    }
}
