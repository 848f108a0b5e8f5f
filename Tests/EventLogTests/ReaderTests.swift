import Digests
import Model
import TestSupport
import Testing

@testable import EventLog

/// Reading cheaply is reading the same.
@Suite("Reading many records")
struct ReaderTests {
    @Test func sharingValuesChangesNothing() throws {
        var shared = RecordReader()
        var plain = RecordReader(sharesValues: false)
        for round in 0..<40 {
            for event in filledEvents {
                let name = EventCodec.name(of: event)
                let payload = EventCodec.encode(event)
                let envelope = Envelope {
                    $0.id = EventID(
                        at: Timestamp(seconds: 1), random: (0..<10).map { UInt8($0 + round) })
                    $0.stream = "a stream of more than fifteen bytes, \(round % 3)"
                    $0.subjects.application = "naïve-application-\(round % 5)"
                    $0.type = name.type
                    $0.version = name.version
                }
                // In one buffer, as pages have them.
                let bytes = [0x7B] + envelope.encoded() + payload + [0x7D]
                let middle = 1 + envelope.encoded().count
                let expected = RecordedEvent(envelope: envelope, event: event)
                for _ in 0..<2 {
                    let read = try shared.event(
                        envelope: 1..<middle, payload: middle..<bytes.count - 1, in: bytes)
                    #expect(read == expected)
                }
                let read = try plain.event(
                    envelope: 1..<middle, payload: middle..<bytes.count - 1, in: bytes)
                #expect(read == expected)
            }
        }
    }

    @Test func aPartOfABufferEndsWhereItIsToldTo() {
        var reader = RecordReader()
        let bytes = Array(#"{"reason":"gone"}{"reason":"gone"}"#.utf8)
        #expect(throws: CodecError.self) {
            try reader.value(RepositoryUnreachable.self, in: bytes, 0..<bytes.count)
        }
        for end in 1..<17 {
            #expect(throws: CodecError.self) {
                try reader.value(RepositoryUnreachable.self, in: bytes, 0..<end)
            }
        }
        let value = try? reader.value(RepositoryUnreachable.self, in: bytes, 17..<34)
        #expect(value?.reason == "gone")
    }

    @Test(arguments: 0..<8)
    func plainBytesAreCountedAsOneByOne(_ seed: Int) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...40, using: &generator)
            let bytes = (0..<count).map { _ in
                Bool.random(using: &generator)
                    ? 0x61 : UInt8.random(in: 0...255, using: &generator)
            }
            let expected = bytes.prefix { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }.count
            #expect(countOfPlainBytes(bytes.span) == expected, "\(bytes)")
        }
    }

    @Test func aDigestIsReadFromItsDigitsAlone() {
        let text = Array(#"{"digest":"\#(Digest(of: "a"))"}"#.utf8)
        for place in 11..<75 {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
                let value = try? RecordDecoder.decode(ConfigurationChanged.self, from: changed)
                #expect((value != nil) == isDigit, "\(byte) at \(place)")
                if let value { #expect(RecordEncoder.encode(value) == changed) }
            }
        }
    }

    @Test func theSubjectOfACommitIsItsFirstLine() {
        for (message, subject) in [
            ("", ""), ("one", "one"), ("one\ntwo", "one"), ("one\r\ntwo", "one"), ("\n", ""),
            ("a\rb\nc", "a\rb"), ("é\u{301}\n", "é\u{301}"),
        ] {
            #expect(CommitObserved { $0.message = message }.subject == subject)
        }
    }
}
