import Digests
import EventLog
import Foundation
import Model
import TestSupport
import Testing
import YAML

/// The stored format in files: code, vectors and schemas must say the same, to the byte.
@Suite("Vectors and schemas of the stored format")
struct VectorTests {
    private func fileName(_ event: Event) -> String {
        let name = EventCodec.name(of: event)
        return "\(name.type).v\(name.version).json"
    }

    @Test func everyTypeHasAFilledInstance() {
        #expect(filledEvents.map { EventCodec.name(of: $0).type } == EventCodec.types)
    }

    @Test(arguments: filledEvents)
    func thePayloadHasTheBytesOfItsVector(_ event: Event) throws {
        let bytes = EventCodec.encode(event)
        #expect(try SchemaFolder.difference(bytes, "vectors/events/\(fileName(event))") == nil)
        let name = EventCodec.name(of: event)
        #expect(
            try EventCodec.decode(type: name.type, version: name.version, payload: bytes) == event)
        // The encoder's own idea of canonical, held against the one of the YAML room.
        #expect(canonicalJSON(try parseJSON(bytes)) == bytes)
    }

    @Test(arguments: filledEvents)
    func theSchemaIsWhatTheCodeStores(_ event: Event) throws {
        guard let payload = event.payload else {
            Issue.record("\(event) has no payload")
            return
        }
        let shape = try RecordingCoder.schema(of: payload)
        var schema: Node = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": .string(EventCodec.name(of: event).type),
        ]
        for (key, value) in shape.objectValue ?? Mapping() { schema[key] = value }
        let text = Array((prettyJSON(schema) + "\n").utf8)
        #expect(try SchemaFolder.difference(text, "events/\(fileName(event))") == nil)

        let value = try parseJSON(EventCodec.encode(event))
        #expect(schemaProblems(value, schema) == [])
        #expect(unfilledParts(value, schema) == [])
    }

    @Test func schemasAndVectorsAreOfTheSameEvents() throws {
        let names = try SchemaFolder.names(in: "vectors/events")
        #expect(try SchemaFolder.names(in: "events") == names)
        #expect(Set(filledEvents.map(fileName)).isSubset(of: names))
    }

    private var envelope: Envelope {
        Envelope {
            $0.actor = Actor(
                kind: .user, id: "uid:1000", authentication: .unixPeer, onBehalfOf: "ada")
            $0.causation = EventID("018f0000-0000-7000-8000-000000000001")
            $0.correlation = "sync-42"
            $0.id = EventID(at: time, random: Array(1...10))
            $0.occurredAt = time
            $0.payloadHash = payloadHash
            $0.position = 123
            $0.recordedAt = time + .nanoseconds(1)
            $0.stream = "sync-42"
            $0.streamVersion = 7
            $0.subjects = Subjects(
                application: "api-gateway", commit: commits[0], environment: "production",
                object: deployment, repository: "manifests")
            $0.type = "drift.detected"
            $0.version = 1
        }
    }

    private var salt: [UInt8] { Array(0..<16) }

    private var payloadHash: Digest {
        let drift = filledEvents.first { EventCodec.name(of: $0).type == "drift.detected" }
        return Digest(of: salt + (drift.map(EventCodec.encode) ?? []))
    }

    @Test func theEnvelopeHasTheBytesAndHashesOfItsVector() throws {
        let bytes = RecordEncoder.encode(envelope)
        #expect(try SchemaFolder.difference(bytes, "vectors/envelope.json") == nil)
        #expect(try RecordDecoder.decode(Envelope.self, from: bytes) == envelope)
        let hashes = """
            payload events/drift.detected.v1.json
            salt \(hex(salt))
            payloadHash \(payloadHash)
            envelope envelope.json
            leafHash \(Digest(of: [0] + bytes))

            """
        #expect(try SchemaFolder.difference(Array(hashes.utf8), "vectors/hashes.txt") == nil)
    }

    @Test func anotherProgramFindsTheSameHashes() throws {
        let script = """
            import hashlib, sys
            folder = sys.argv[1] + "/vectors/"
            read = lambda name: open(folder + name, "rb").read()
            lines = dict(line.split(" ", 1) for line in read("hashes.txt").decode().splitlines())
            sha = lambda data: hashlib.sha256(data).hexdigest()
            payload = sha(bytes.fromhex(lines["salt"]) + read(lines["payload"]))
            leaf = sha(b"\\0" + read(lines["envelope"]))
            assert payload == lines["payloadHash"] and leaf == lines["leafHash"]
            assert payload.encode() in read("envelope.json")
            """
        #expect(try python(script, SchemaFolder.url.path) == 0)
    }
}
