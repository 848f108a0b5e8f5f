extension TimeZoneRules {
    /// Reads a zone file as systems keep them in `/usr/share/zoneinfo`, versions 1 to 3.
    ///
    /// `nil` for bytes that Go refuses as well: Sprig then takes UTC.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc9636 and, for what is accepted,
    /// https://github.com/golang/go/blob/go1.25.0/src/time/zoneinfo_read.go (LoadLocationFromTZData)
    public init?(name: String, file bytes: [UInt8]) {
        var reader = ZoneFileReader(rest: bytes[...])
        guard let version = reader.header() else { return nil }
        var width = 4
        if version > 1 {
            // The first block is for readers that know only 32 bits.
            guard reader.skip(reader.size(width: 4)), reader.header() != nil else { return nil }
            width = 8
        }
        guard let content = reader.content(width: width) else { return nil }
        self.init(name: name, periods: content.periods)
        yearly = content.yearly
    }

    /// Whether a name may be that of a zone: it leads to no other folder.
    public static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first else { return false }
        return first != UInt8(ascii: "/") && first != UInt8(ascii: "\\")
            && !name.utf8.contains(0) && !name.contains("..")
    }
}

private struct ZoneFileReader {
    var rest: ArraySlice<UInt8>
    /// Indicators of UT, of standard time, leap seconds, transitions, kinds of local time, bytes of names.
    private var counts: [Int] = []

    init(rest: ArraySlice<UInt8>) { self.rest = rest }

    /// The version, 1 for the first.
    mutating func header() -> Int? {
        guard let magic = take(4), magic.elementsEqual("TZif".utf8), let version = take(1)?.first,
            skip(15)
        else { return nil }
        counts = []
        for _ in 0..<6 {
            guard let count = integer(4) else { return nil }
            counts.append(Int(count))
        }
        switch version {
        case 0: return 1
        case UInt8(ascii: "2")...UInt8(ascii: "3"): return Int(version - UInt8(ascii: "0"))
        default: return nil
        }
    }

    /// Bytes of the block that follows, with times of so many bytes.
    func size(width: Int) -> Int {
        counts[3] * width + counts[3] + counts[4] * 6 + counts[5] + counts[2] * (width + 4)
            + counts[1] + counts[0]
    }

    mutating func skip(_ count: Int) -> Bool { take(count) != nil }

    mutating func content(width: Int) -> (
        periods: [TimeZoneRules.Period], yearly: YearlyZoneRule?
    )? {
        guard rest.count >= size(width: width), counts[4] > 0 else { return nil }
        let starts = (0..<counts[3]).map { _ in time(width) }
        guard let kindOfStart = take(counts[3]) else { return nil }
        let kinds = (0..<counts[4]).map { _ in
            (
                offset: Int(Int32(truncatingIfNeeded: integer(4) ?? 0)),
                isSummer: take(1)?.first != 0, name: Int(take(1)?.first ?? 0)
            )
        }
        guard let names = take(counts[5]),
            skip(counts[2] * (width + 4) + counts[1] + counts[0]),
            kindOfStart.allSatisfy({ Int($0) < kinds.count }),
            kinds.allSatisfy({ $0.name < names.count })
        else { return nil }
        func period(_ kind: Int, from start: Int64) -> TimeZoneRules.Period {
            let name = names.dropFirst(kinds[kind].name).prefix { $0 != 0 }
            return TimeZoneRules.Period(
                start: start, offsetSeconds: kinds[kind].offset,
                abbreviation: String(decoding: name, as: UTF8.self))
        }
        let first = Self.first(of: kinds.map(\.isSummer), changes: kindOfStart.map(Int.init))
        var periods = [period(first, from: .min)]
        for (start, kind) in zip(starts, kindOfStart) {
            periods.append(period(Int(kind), from: start))
        }
        return (periods, yearlyRule())
    }

    /// The kind of time that holds before the first change.
    ///
    /// Source: https://github.com/golang/go/blob/go1.25.0/src/time/zoneinfo.go (lookupFirstZone)
    private static func first(of isSummer: [Bool], changes: [Int]) -> Int {
        if !changes.contains(0) { return 0 }
        if let first = changes.first, isSummer[first],
            let before = isSummer[..<first].lastIndex(of: false)
        {
            return before
        }
        return isSummer.firstIndex(of: false) ?? 0
    }

    /// What stands between line ends after the last block.
    private func yearlyRule() -> YearlyZoneRule? {
        let newline = UInt8(ascii: "\n")
        guard rest.count > 2, rest.first == newline, rest.last == newline else { return nil }
        return YearlyZoneRule(rest.dropFirst().dropLast())
    }

    private mutating func time(_ width: Int) -> Int64 {
        let number = integer(width) ?? 0
        return width == 4 ? Int64(Int32(truncatingIfNeeded: number)) : Int64(bitPattern: number)
    }

    private mutating func integer(_ width: Int) -> UInt64? {
        take(width)?.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
