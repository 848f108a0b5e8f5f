extension Duration {
    /// Reads a duration as Go's `time.ParseDuration` does, and a bare number as seconds as Argo CD does.
    ///
    /// `5s`, `1h30m`, `1.5h`, `-2ms`; `nil` for anything else and beyond Go's 292 years.
    ///
    /// Source: https://pkg.go.dev/time#ParseDuration
    public init?(goText text: String) {
        if let seconds = Int64(text), seconds.magnitude <= Self.secondsMax {
            self = .seconds(seconds)
            return
        }
        var rest = Substring(text)
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        var total: Duration = .zero
        while !rest.isEmpty {
            guard let part = Self.part(&rest) else { return nil }
            total += part
            guard total <= .seconds(Self.secondsMax) else { return nil }
        }
        self = isNegative ? .zero - total : total
    }

    /// Of an `Int64` of nanoseconds.
    private static var secondsMax: UInt64 { 9_223_372_036 }

    /// Reads one number and its unit.
    private static func part(_ rest: inout Substring) -> Duration? {
        let whole = digits(&rest)
        var fraction: Substring = ""
        if rest.hasPrefix(".") {
            rest = rest.dropFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || !fraction.isEmpty,
            let count = whole.isEmpty ? 0 : UInt64(whole), let unit = unit(&rest),
            count <= secondsMax * 1_000_000_000 / unit
        else { return nil }
        var nanoseconds = count * unit
        var weight = unit
        // Go cuts off what is smaller than a nanosecond.
        for digit in fraction.utf8 where weight > 0 {
            weight /= 10
            nanoseconds += UInt64(digit - UInt8(ascii: "0")) * weight
        }
        guard nanoseconds <= secondsMax * 1_000_000_000 else { return nil }
        return .nanoseconds(Int64(nanoseconds))
    }

    private static func digits(_ rest: inout Substring) -> Substring {
        let found = rest.prefix { ("0"..."9").contains($0) && $0.isASCII }
        rest = rest.dropFirst(found.count)
        return found
    }

    /// Reads a unit; returns how many nanoseconds it has.
    private static func unit(_ rest: inout Substring) -> UInt64? {
        for (name, nanoseconds) in units where rest.hasPrefix(name) {
            rest = rest.dropFirst(name.count)
            return nanoseconds
        }
        return nil
    }

    /// Longer names first, so that `ms` is not read as `m`.
    private static var units: [(String, UInt64)] {
        [
            ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000),
            ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
        ]
    }
}
