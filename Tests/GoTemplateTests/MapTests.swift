import GoTemplate
import TestSupport
import Testing

/// A map holds what a Swift dictionary holds, however keys come and go.
struct MapTests {
    @Test(arguments: 0..<40) func holdsWhatADictionaryHolds(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        // Small ones stay below the index, large ones grow it several times.
        let names = (0..<[6, 12, 40, 400][seed % 4]).map { number in
            ByteString(
                (0..<Int.random(in: 0...20, using: &random))
                    .map { _ in UInt8.random(in: 0x61...0x63, using: &random) }
                    + Array("\(number)".utf8))
        }
        let map = Map()
        var expected: [ByteString: Int] = [:]
        for turn in 0..<2_000 {
            guard let name = names.randomElement(using: &random) else { continue }
            if Int.random(in: 0..<3, using: &random) == 0 {
                map[name] = nil
                expected[name] = nil
            } else {
                map[name] = .int(turn)
                expected[name] = turn
            }
            #expect(map.count == expected.count)
            guard let asked = names.randomElement(using: &random) else { continue }
            #expect(number(map[asked]) == expected[asked])
        }
        let copy = map.copy()
        map[names[0]] = .int(-1)
        #expect(number(copy[names[0]]) == expected[names[0]])
        #expect(
            copy.sortedEntries.map { number($0.value) }
                == expected.sorted { $0.key < $1.key }.map(\.value))
        #expect(
            copy.sortedKeys
                == expected.keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) })
    }

    private func number(_ value: Value?) -> Int? {
        if case .int(let number)? = value { number } else { nil }
    }

    @Test func aMapUnderAnotherTypeIsTheSameMap() {
        let map = Map([("a", .int(1))])
        let named = Map(map, as: .named("Values", .anyMap))
        let third = Map(named, as: .anyMap)
        named["b"] = .int(2)
        map["a"] = nil
        #expect(third.sortedKeys == ["b"] && map.count == 1 && number(third["b"]) == 2)
        #expect(map.identity == third.identity)
        let copy = third.copy()
        third["c"] = .int(3)
        #expect(copy.sortedKeys == ["b"] && named.sortedKeys == ["b", "c"])
    }

    /// Not one within the other, which would take the whole stack.
    @Test func mapsWithinMapsUnderOtherTypesAreReleased() {
        var map = Map()
        for _ in 0..<200_000 {
            map = Map([("a", .map(Map(map, as: .named("Values", .anyMap))))])
        }
        #expect(map.count == 1)
    }

    @Test func bytesAreFoundWhereTheyAre() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                [0, 1, 0x7F, 0x80, 0x81, 0xFF].randomElement(using: &random) ?? UInt8(0)
            }
            let start = Int.random(in: 0...bytes.count, using: &random)
            for byte: UInt8 in [0, 1, 0x80, 0xFF] {
                #expect(bytes.place(of: byte, from: start) == bytes[start...].firstIndex(of: byte))
            }
        }
    }

    @Test func stringsAreOrderedByTheirBytes() {
        let texts: [[UInt8]] = [
            [], [0], [0x61], Array("abcdefgh".utf8), Array("abcdefgi".utf8),
            Array("abcdefghi".utf8), Array("abcdefgh\u{FF}x".utf8), [0xFF], [0x80, 0],
            Array("abcdefghabcdefgz".utf8), Array("abcdefghabcdefga".utf8),
        ]
        for a in texts {
            for b in texts {
                #expect((ByteString(a) < ByteString(b)) == a.lexicographicallyPrecedes(b))
                #expect((ByteString(a) == ByteString(b)) == (a == b))
            }
        }
    }
}
