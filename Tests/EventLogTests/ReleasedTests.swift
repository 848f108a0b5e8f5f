import EventLog
import Foundation
import Model
import TestSupport
import Testing

/// Every type and version that was ever released can be read for ever.
///
/// `schema/vectors/released.txt` names them, one on a line, and only grows: `UPDATE_GOLDEN=1` adds lines and
/// never takes one away.
@Suite("Released events")
struct ReleasedTests {
    private let path = "vectors/released.txt"

    private func released() throws -> [String] {
        String(decoding: try SchemaFolder.bytes(path), as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    private var current: Set<String> {
        Set(
            filledEvents.map {
                let name = EventCodec.name(of: $0)
                return "\(name.type).v\(name.version)"
            })
    }

    @Test func everythingThatIsWrittenIsNamed() throws {
        let released = try released()
        #expect(released == Set(released).sorted())
        let missing = current.subtracting(released)
        if !missing.isEmpty, ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            let lines = (released + missing).sorted().map { $0 + "\n" }
            try Data(lines.joined().utf8).write(to: SchemaFolder.url.appendingPathComponent(path))
            return
        }
        #expect(missing == [])
    }

    @Test func everyVersionThatWasReleasedIsRead() throws {
        for name in try released() {
            let parts = name.components(separatedBy: ".v")
            let type = parts.dropLast().joined(separator: ".v")
            guard let version = parts.last.flatMap(Int.init) else {
                Issue.record("\(name) is no type and version")
                continue
            }
            let bytes = try SchemaFolder.bytes("vectors/events/\(name).json")
            #expect(try SchemaFolder.names(in: "events").contains("\(name).json"))
            // An old payload comes out as the newest shape of its type.
            let event = try EventCodec.decode(type: type, version: version, payload: bytes)
            let now = EventCodec.name(of: event)
            #expect(current.contains("\(now.type).v\(now.version)"))
            #expect(now.type != type || now.version >= version)
            let again = try EventCodec.decode(
                type: now.type, version: now.version, payload: EventCodec.encode(event))
            #expect(again == event)
        }
    }

    @Test func noVersionOfATypeIsLeftOut() throws {
        let released = Set(try released())
        for event in filledEvents {
            let name = EventCodec.name(of: event)
            for version in 1...name.version {
                #expect(released.contains("\(name.type).v\(version)"))
            }
        }
        #expect(
            try SchemaFolder.names(in: "vectors/events") == released.sorted().map { $0 + ".json" })
    }
}
