import Testing

@testable import Declarations

/// Go's own table, and what Argo CD adds to it.
///
/// Source: https://github.com/golang/go/blob/master/src/time/time_test.go, parseDurationTests
@Suite("Go durations")
struct DurationTests {
    @Test func durationsMeanWhatTheyMeanInGo() {
        let second: Int64 = 1_000_000_000
        let minute = 60 * second
        let hour = 60 * minute
        let table: [(String, Int64)] = [
            ("0", 0), ("5s", 5 * second), ("30s", 30 * second), ("1478s", 1478 * second),
            ("-5s", -5 * second), ("+5s", 5 * second), ("-0", 0), ("+0", 0),
            ("5.0s", 5 * second), ("5.6s", 5_600_000_000), ("5.s", 5 * second),
            (".5s", second / 2), ("1.0s", second), ("1.00s", second), ("1.004s", 1_004_000_000),
            ("1.0040s", 1_004_000_000), ("100.00100s", 100_001_000_000),
            ("10ns", 10), ("11us", 11_000), ("12µs", 12_000), ("12μs", 12_000),
            ("13ms", 13_000_000), ("14s", 14 * second), ("15m", 15 * minute), ("16h", 16 * hour),
            ("3h30m", 3 * hour + 30 * minute), ("10.5s4m", 4 * minute + 10_500_000_000),
            ("-2m3.4s", -(2 * minute + 3_400_000_000)),
            ("1h2m3s4ms5us6ns", hour + 2 * minute + 3 * second + 4_005_006),
            ("39h9m14.425s", 39 * hour + 9 * minute + 14_425_000_000),
            ("52763797000ns", 52_763_797_000), ("0.100000000000000000000h", 6 * minute),
            ("9007199254740993ns", 9_007_199_254_740_993),
            // Seconds, as Argo CD reads a number without a unit.
            ("3", 3 * second), ("90", 90 * second), ("-3", -3 * second),
        ]
        for (text, nanoseconds) in table {
            #expect(Duration(goText: text) == .nanoseconds(nanoseconds), "\(text)")
        }
    }

    @Test func whatIsNoDurationIsRefused() {
        for text in [
            "", "-", "s", ".", "-.", ".s", "+.s", "1d", "1 s", " 1s", "1s ", "1.2.3s", "--1s",
            "1e3s", "0x1s", "١s", "3000000h", "9223372037s", "9223372036854775808ns",
            "9223372036854775.808us", "9223372036854ms775us808ns", "99999999999999999999s",
            "-9223372036854775809ns", "9223372037",
        ] {
            #expect(Duration(goText: text) == nil, "\(text)")
        }
    }
}
