import Model
import TestSupport
import Testing

@Suite("Timestamp")
struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000000Z"),
        ("2026-11-02T10:02:11.5+02:00", "2026-11-02T08:02:11.500000000Z"),
        ("2024-02-29T23:59:59.999999999Z", "2024-02-29T23:59:59.999999999Z"),
        ("1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59.250000000Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000000Z"),
        ("2026-03-01 00:30:00-00:45", "2026-03-01T01:15:00.000000000Z"),
    ])
    func readsAnyOffsetAndPrintsUTC(text: String, expected: String) {
        #expect(Timestamp(text)?.description == expected)
    }

    @Test(arguments: [
        "", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "1500-01-01T00:00:00Z", "now",
    ])
    func refusesWhatIsNoTime(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func timeBetweenTheFirstAndTheLastMomentIsCounted() throws {
        let first = try #require(Timestamp("1678-01-01T00:00:00Z"))
        let last = try #require(Timestamp("2261-12-31T23:59:59.999999999Z"))
        #expect(last - first > .seconds(583 * 365 * 86_400))
        #expect(first - last == .zero - (last - first))
        #expect(first.isStorable && last.isStorable)
        #expect(!(Timestamp(nanoseconds: first.nanoseconds - 1)).isStorable)
        #expect(!(Timestamp(nanoseconds: last.nanoseconds + 1)).isStorable)
        for extreme in [Int64.min, .max] {
            #expect(Timestamp(nanoseconds: extreme).description.hasSuffix("Z"))
        }
    }

    @Test func everyMomentReadsBackFromItsText() {
        for seed in 0..<500 {
            var generator = SeededGenerator(seed: seed)
            let range = -2_000_000_000_000_000_000...7_000_000_000_000_000_000 as ClosedRange<Int64>
            let time = Timestamp(nanoseconds: Int64.random(in: range, using: &generator))
            #expect(Timestamp(time.description) == time, "seed \(seed)")
        }
    }

    @Test func secondsAreRoundedDown() {
        #expect(Timestamp(nanoseconds: -1).seconds == -1)
        #expect(Timestamp(nanoseconds: 1_999_999_999).seconds == 1)
        #expect(Timestamp(seconds: 5).secondsText == "1970-01-01T00:00:05Z")
    }
}
