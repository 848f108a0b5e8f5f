import Diffing
import Digests
import Model
import TestSupport
import Testing
import YAML

/// What holds for any manifest, tried on made-up ones; a failure names its seed.
@Suite struct PropertyTests {
    @Test(arguments: 0..<300) func anObjectAsTheServerKeepsItIsInSync(_ seed: Int) {
        var source = SeededGenerator(seed: seed)
        let desired = Manifests.workload(using: &source)
        let live = Manifests.served(desired, using: &source)
        #expect(compare(desired: desired, live: live) == [])
        #expect(compare(desired: desired, live: desired) == [])
    }

    @Test(arguments: 0..<300) func aChangedLeafIsFoundAtItsPath(_ seed: Int) {
        var source = SeededGenerator(seed: seed)
        let desired = Manifests.workload(using: &source)
        let served = Manifests.served(desired, using: &source)
        let paths = Manifests.leaves(of: desired["spec"] ?? .null, FieldPath("spec"))
        guard let path = paths.randomElement(using: &source) else { return }
        let live = Manifests.replacing(served, at: path.steps[...], by: "planted-change")
        let changes = compare(desired: desired, live: live)
        #expect(changes.map(\.path) == [path], "seed \(seed)")
        #expect(changes.map(\.live) == ["planted-change"])
        #expect(changes.map(\.desired) == [served.value(at: path)])
    }

    @Test(arguments: 0..<200) func tokensHideEveryValueAndKeepEquality(_ seed: Int) {
        var source = SeededGenerator(seed: seed)
        let key = TokenKey(bytes: [UInt8](repeating: 3, count: 32))
        let values = (0..<Int.random(in: 1...6, using: &source)).map { _ in
            Manifests.text(Int.random(in: 8...60, using: &source), using: &source)
        }
        let secret = Manifests.secret(values, asText: true)
        let stored = tokenised(secret, with: key)
        #expect(stored == tokenised(secret, with: key))
        #expect(stored == tokenised(Manifests.secret(values, asText: false), with: key))
        let printed = String(decoding: printJSON(stored), as: UTF8.self)
        for value in values {
            #expect(!printed.contains(value), "seed \(seed)")
            #expect(!printed.contains(Manifests.base64(value)), "seed \(seed)")
        }
        var other = values
        other[0] += "x"
        let changes = compare(
            desired: tokenised(Manifests.secret(other, asText: true), with: key), live: stored)
        #expect(changes.map(\.path.description) == ["data.key0"])
        #expect(changes.allSatisfy { !$0.isUnknown })
        let scrubbed = SecretScrubber(objects: [secret]).scrub(
            values.map { "\($0) \(Manifests.base64($0))" }.joined(separator: "\n"))
        for value in values { #expect(!scrubbed.contains(value), "seed \(seed)") }
    }

    @Test(arguments: 0..<200) func aMoveKeepsEveryOwnedField(_ seed: Int) throws {
        var source = SeededGenerator(seed: seed)
        let desired = Manifests.workload(using: &source)
        var live = Manifests.served(desired, using: &source)
        var entries = live["metadata"]?["managedFields"]?.arrayValue ?? []
        for index in entries.indices { entries[index]["manager"] = "kubectl-client-side-apply" }
        live["metadata"]?["managedFields"] = .array(entries)
        let move = try #require(ownershipMove(live: live, to: "tidemark"))
        live["metadata"]?["managedFields"] = move.managedFields
        #expect(compare(desired: desired, live: live) == [])
        for path in move.moved.flatMap(\.paths) {
            #expect(lastWriter(of: path, in: live)?.manager == "tidemark", "seed \(seed)")
        }
    }
}
