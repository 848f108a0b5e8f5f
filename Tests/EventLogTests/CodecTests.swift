import EventLog
import Foundation
import Model
import TestSupport
import Testing

/// What the codec accepts, and that a value has exactly one stored form.
@Suite("Codec")
struct CodecTests {
    /// A payload with every kind of value, for texts that are nearly it.
    private let intent = #"{"action":"apply","phase":"Sync","step":7,"wave":-1}"#

    private func problem(_ text: String) -> String? {
        do throws(CodecError) {
            _ = try RecordDecoder.decode(ApplyIntended.self, from: Array(text.utf8))
            return nil
        } catch {
            return error.summary
        }
    }

    @Test func onlyTheOneStoredFormIsRead() {
        #expect(problem(intent) == nil)
        let others: [(String, String)] = [
            ("\"phase\":\"Sync\"", "\"phase\": \"Sync\""), ("{\"action\"", "{ \"action\""),
            ("-1}", "-1} "), ("-1}", "-1,}"), ("-1}", "-0}"), ("-1}", "01}"), ("-1}", "1.0}"),
            ("-1}", "1e2}"), ("-1}", "9007199254740992}"), ("-1}", "99999999999999999999}"),
            ("-1}", "}"), ("-1}", "-}"), ("-1}", "null}"), ("-1}", "\"1\"}"), ("-1}", "-1"),
            ("Sync", "S\\u0079nc"), ("Sync", "S\\/nc"), ("Sync", "S\\u001Fnc"),
            ("Sync", "S\\u0008nc"), ("Sync", "S\\u00+fnc"), ("Sync", "S\\u00-0nc"),
            ("Sync", "S\\u00 1nc"), ("Sync", "S\nnc"), ("Sync", "S\\u00"), ("Sync", "S\\"),
            ("\"apply\"", "\"Apply\""), ("\"apply\"", "\"\""), ("\"step\":7,", ""),
            ("\"phase\":\"Sync\",\"step\":7", "\"step\":7,\"phase\":\"Sync\""),
            ("\"step\":7", "\"step\":7,\"step\":7"), ("\"step\":7", "\"step\":7,\"stop\":7"),
            (",\"wave\"", ",\"uid\":null,\"wave\""), (intent, ""), (intent, "[]"), (intent, "{}"),
        ]
        for (old, new) in others {
            let text = replaced(old, by: new)
            #expect(text != intent && problem(text) != nil, "\(text)")
        }
    }

    private func replaced(_ old: String, by new: String) -> String {
        guard let range = intent.firstRange(of: old) else { return intent }
        return String(intent[..<range.lowerBound]) + new + intent[range.upperBound...]
    }

    @Test func timesAndDigestsHaveOneForm() {
        let digest = String(repeating: "0a", count: 32)
        let event =
            #"{"from":"2026-11-02T10:02:11.000000000Z","to":"2026-11-02T10:02:11.000000000Z"}"#
        let others: [(String, String, String)] = [
            ("configuration.changed", #"{"digest":"\#(digest)"}"#, digest.uppercased()),
            ("clock.jumped", event, "2026-11-02t10:02:11.000000000Z"),
            ("clock.jumped", event, "2026-11-02T10:02:11.000000000z"),
            ("clock.jumped", event, "2026-11-02 10:02:11.000000000Z"),
            ("clock.jumped", event, "2026-11-02T10:02:60.000000000Z"),
            ("clock.jumped", event, "2026-11-02T10:02:11.00000Z+0:00"),
            ("clock.jumped", event, "2026-11-31T10:02:11.000000000Z"),
        ]
        for (type, text, other) in others {
            let accepts = { (text: String) in
                (try? EventCodec.decode(type: type, version: 1, payload: Array(text.utf8))) != nil
            }
            #expect(accepts(text))
            let old = type == "clock.jumped" ? "2026-11-02T10:02:11.000000000Z" : digest
            guard let range = text.firstRange(of: old) else { continue }
            #expect(!accepts(text.replacingCharacters(in: range, with: other)), "\(other)")
        }
    }

    @Test func theExtremesOfIntegersAreKept() throws {
        for wave in [0, 1, -1, 1 << 53 - 1, -(1 << 53) + 1] where abs(wave) < 1 << 53 {
            let value = ApplyIntended { $0.wave = wave }
            let bytes = RecordEncoder.encode(value)
            #expect(try RecordDecoder.decode(ApplyIntended.self, from: bytes) == value)
        }
    }

    @Test func whatANewerReleaseWroteIsNamed() {
        #expect(throws: CodecError.unknownEvent(type: "sync.started", version: 2)) {
            try EventCodec.decode(type: "sync.started", version: 2, payload: Array("{}".utf8))
        }
        #expect(throws: CodecError.unknownEvent(type: "sync.dreamt", version: 1)) {
            try EventCodec.decode(type: "sync.dreamt", version: 1, payload: Array("{}".utf8))
        }
    }

    @Test func anyContentComesBackAsItWas() throws {
        for (number, original) in filledEvents.enumerated() {
            guard let payload = original.payload else { continue }
            for round in 0..<60 {
                var generator = SeededGenerator(seed: number << 8 | round)
                try checkRoundTrip(randomised(payload, &generator))
            }
        }
    }

    private func checkRoundTrip<Value: Coded>(_ value: Value) throws {
        let bytes = RecordEncoder.encode(value)
        let read = try RecordDecoder.decode(Value.self, from: bytes)
        let isTheSame = read == value && RecordEncoder.encode(read) == bytes
        #expect(isTheSame, "\(String(decoding: bytes, as: UTF8.self))")
    }

    private func randomised<Value: Coded>(_ value: Value, _ generator: inout SeededGenerator) throws
        -> Value
    {
        var coder = RandomCoder(generator: generator)
        var value = value
        try value.code(&coder)
        generator = coder.generator
        return value
    }

    @Test func changedBytesAreRefusedOrAreTheFormOfAnotherValue() {
        var outcomes = (read: 0, refused: 0)
        for (number, original) in filledEvents.enumerated() {
            var generator = SeededGenerator(seed: number)
            let name = EventCodec.name(of: original)
            for _ in 0..<300 {
                let bytes = mutated(EventCodec.encode(original), &generator)
                if let event = try? EventCodec.decode(
                    type: name.type, version: name.version, payload: bytes)
                {
                    outcomes.read += 1
                    let isTheOneForm = EventCodec.encode(event) == bytes
                    #expect(isTheOneForm, "\(String(decoding: bytes, as: UTF8.self))")
                } else {
                    outcomes.refused += 1
                }
            }
        }
        // Both must happen, or the mutations say nothing.
        #expect(outcomes.read > 500 && outcomes.refused > 5000, "\(outcomes)")
    }

    private func mutated(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...2, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1:
                bytes[place] =
                    "0123456789abcdefAB{}[]\",:\\-".utf8.randomElement(using: &generator) ?? 0
            case 2: bytes.insert(bytes[place], at: place)
            case 3 where bytes.count > 2: bytes.remove(at: place)
            case 4 where bytes.count > 2: bytes.removeLast(min(bytes.count - 1, place))
            default: bytes[place] ^= 1
            }
        }
        return bytes
    }
}
