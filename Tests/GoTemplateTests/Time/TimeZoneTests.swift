import TestSupport
import Testing

@testable import GoTemplate

/// Zone files as `zic` writes them, and what a zone's clocks show.
struct TimeZoneTests {
    private static let winter = ZoneFile.Kind(3600, "CET"),
        summer = ZoneFile.Kind(
            7200, "CEST", isSummer: true)

    /// One change in 1996, then year after year as the last line says.
    private static let berlin = ZoneFile(
        kinds: [ZoneFile.Kind(3208, "LMT"), summer, winter],
        changes: [(-2_422_054_408, 2), (828_234_000, 1), (846_378_000, 2)],
        yearly: "CET-1CEST,M3.5.0,M10.5.0/3")

    @Test(
        arguments: [
            (-9_000_000_000, "LMT", 3208), (-2_422_054_409, "LMT", 3208),
            (-2_422_054_408, "CET", 3600), (828_233_999, "CET", 3600), (828_234_000, "CEST", 7200),
            (846_377_999, "CEST", 7200), (846_378_000, "CET", 3600),
            // After the last change by the rule of each year.
            (1_743_296_399, "CET", 3600), (1_743_296_400, "CEST", 7200),
            (1_761_440_399, "CEST", 7200), (1_761_440_400, "CET", 3600),
            (253_402_300_799, "CET", 3600), (.max, "CET", 3600), (.min, "LMT", 3208),
        ] as [(Int64, String, Int)])
    func periodsFollowTheFile(seconds: Int64, abbreviation: String, offset: Int) throws {
        for version in [2, 3] {
            let rules = try #require(
                TimeZoneRules(name: "Europe/Berlin", file: Self.berlin.bytes(version: version)))
            let period = rules.period(at: seconds)
            #expect(period.abbreviation == abbreviation && period.offsetSeconds == offset)
        }
    }

    @Test func aFileOfVersion1HasNoRuleForEachYear() throws {
        var zone = Self.berlin
        zone.changes.removeFirst()
        let rules = try #require(TimeZoneRules(name: "x", file: zone.bytes(version: 1)))
        #expect(rules.period(at: 1_743_296_400).abbreviation == "CET")
        #expect(rules.period(at: 828_234_000).abbreviation == "CEST")
        // Before the first change, which leads into summer, no summer holds.
        #expect(rules.period(at: 0).abbreviation == "LMT")
    }

    /// The rule, a moment, and the clock's name and offset then.
    @Test(
        arguments: [
            ("UTC0", 0, "UTC", 0), ("<-03>3", 0, "-03", -10_800),
            ("<+0530>-5:30", 0, "+0530", 19_800),
            ("EST5EDT", 1_720_000_000, "EDT", -14_400), ("EST5EDT", 1_700_000_000, "EST", -18_000),
            // In the south, summer is on both sides of the new year.
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_735_689_600, "AEDT", 39_600),
            ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_750_000_000, "AEST", 36_000),
            // Half an hour of summer; a day of the year with and without leap days.
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1_735_689_600, "+11", 39_600),
            ("A0B,J60,J61", 1_709_164_800, nil, 0),
            ("AAA0BBB,J60/0,J61/0", 1_709_251_200, "BBB", 3600),
            ("AAA0BBB,J60/0,J61/0", 1_709_164_800, "AAA", 0),
            ("AAA0BBB,59/0,60/0", 1_709_164_800, "BBB", 3600),
            // A change before midnight and one a day later.
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1_743_296_400, "-01", -3600),
            ("<+02>-2<+03>,M3.4.4/50,M10.4.4/50", 1_720_000_000, "+03", 10_800),
        ] as [(String, Int64, String?, Int)])
    func rulesOfAYear(text: String, seconds: Int64, abbreviation: String?, offset: Int) {
        let period = YearlyZoneRule(text.utf8)?.period(at: seconds)
        #expect(period?.abbreviation == abbreviation)
        if abbreviation != nil { #expect(period?.offsetSeconds == offset) }
    }

    @Test(arguments: [
        "", "CE-1", "CET", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0,",
        "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5,M10.5.0", "<CET-1",
        "CET-169", "CET-1:60", "CET-1CEST,J0,J5", "CET-1CEST,366,1",
        "CET-1CEST,99999999999999999999,1",
    ])
    func whatIsNoRule(text: String) { #expect(YearlyZoneRule(text.utf8) == nil) }

    @Test func damagedFilesAreNoZones() {
        let whole = Self.berlin.bytes(version: 2)
        // What stands after the blocks may be missing.
        for count in 0..<(whole.count - 28) {
            #expect(TimeZoneRules(name: "x", file: Array(whole.prefix(count))) == nil, "\(count)")
        }
        for seed in 0..<20_000 {
            var random = SeededGenerator(seed: seed)
            var bytes = whole
            for _ in 0...Int.random(in: 0...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            let rules = TimeZoneRules(name: "x", file: bytes)
            for seconds in [Int64.min, -1, 1_743_296_400, .max] {
                _ = rules.map { GoTime(instant: Instant(seconds: seconds), zone: $0).text }
            }
        }
    }

    @Test(arguments: [
        ("Europe/Berlin", true), ("", false), ("/etc/localtime", false), ("\\x", false),
        ("../localtime", false), ("Europe/../../x", false), ("a..b", false), ("a\u{0}b", false),
    ])
    func namesLeadNowhereElse(name: String, isName: Bool) {
        #expect(TimeZoneRules.isName(name) == isName)
    }
}

/// What `zic` writes, in both widths.
private struct ZoneFile {
    struct Kind {
        var offset: Int32
        var name: String
        var isSummer: Bool

        init(_ offset: Int32, _ name: String, isSummer: Bool = false) {
            self.offset = offset
            self.name = name
            self.isSummer = isSummer
        }
    }

    var kinds: [Kind]
    var changes: [(Int64, UInt8)]
    var yearly: String

    func bytes(version: Int) -> [UInt8] {
        if version == 1 { return header(0) + block(width: 4) }
        let version = UInt8(ascii: "0") + UInt8(version)
        return header(version) + block(width: 4) + header(version) + block(width: 8)
            + Array("\n\(yearly)\n".utf8)
    }

    private func header(_ version: UInt8) -> [UInt8] {
        let names = kinds.reduce(0) { $0 + $1.name.utf8.count + 1 }
        return Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
            + [0, 0, 0, changes.count, kinds.count, names].flatMap { big(Int64($0), 4) }
    }

    private func block(width: Int) -> [UInt8] {
        var bytes = changes.flatMap { big($0.0, width) } + changes.map(\.1)
        var names: [UInt8] = []
        for kind in kinds {
            bytes += big(Int64(kind.offset), 4) + [kind.isSummer ? 1 : 0, UInt8(names.count)]
            names += Array(kind.name.utf8) + [0]
        }
        return bytes + names
    }

    private func big(_ number: Int64, _ width: Int) -> [UInt8] {
        (0..<width).reversed().map { UInt8(truncatingIfNeeded: number >> (Int64($0) * 8)) }
    }
}
