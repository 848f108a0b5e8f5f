/// A set of Unicode scalars: ranges, and classes that are asked of Unicode itself.
///
/// Classes stay questions, because the ranges of `\pL` alone would cost a walk over all scalars.
struct ScalarSet: Hashable, Sendable {
    struct Class: Hashable, Sendable {
        var kind: UnicodeClass
        var isNegated: Bool
        /// Whether a scalar is in the class when any of its case variants is.
        var ignoresCase: Bool
    }

    private(set) var ranges: [ClosedRange<UInt32>] = []
    private(set) var classes: [Class] = []
    var isNegated = false
    /// The answers for ASCII, made by `sealed()`.
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init() {}

    init(_ ranges: [ClosedRange<UInt32>]) { self.ranges = ranges }

    mutating func insert(_ range: ClosedRange<UInt32>, ignoringCase: Bool = false) {
        ranges.append(range)
        if ignoringCase { ranges += caseVariants(of: range).map { $0...$0 } }
    }

    mutating func insert(_ set: ScalarSet) {
        ranges += set.isNegated ? complement(of: set.ranges) : set.ranges
        classes += set.classes
    }

    mutating func insert(_ item: Class) { classes.append(item) }

    /// The set with its ranges sorted and joined, ready to be asked.
    func sealed() -> ScalarSet {
        var set = self
        set.ranges = joined(ranges)
        set.low = 0
        set.high = 0
        for value in UInt32(0)..<64 {
            if set.search(value) { set.low |= 1 << UInt64(value) }
            if set.search(value + 64) { set.high |= 1 << UInt64(value) }
        }
        return set
    }

    /// Of a sealed set.
    @inline(__always)
    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return low >> UInt64(scalar) & 1 == 1 }
        if scalar < 128 { return high >> UInt64(scalar - 64) & 1 == 1 }
        return search(scalar)
    }

    private func search(_ scalar: UInt32) -> Bool {
        var start = 0
        var end = ranges.count
        while start < end {
            let middle = (start + end) / 2
            if ranges[middle].upperBound < scalar { start = middle + 1 } else { end = middle }
        }
        if start < ranges.count, ranges[start].contains(scalar) { return !isNegated }
        for item in classes where item.contains(scalar) { return !isNegated }
        return isNegated
    }
}

extension ScalarSet.Class {
    func contains(_ scalar: UInt32) -> Bool {
        if kind.contains(scalar) { return !isNegated }
        if ignoresCase, caseVariants(of: scalar...scalar).contains(where: kind.contains) {
            return !isNegated
        }
        return isNegated
    }
}

/// The same scalars as sorted ranges that do not touch.
func joined(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if let last = result.last, range.lowerBound <= last.upperBound &+ 1 {
            let upper = max(last.upperBound, range.upperBound)
            result[result.count - 1] = last.lowerBound...upper
        } else {
            result.append(range)
        }
    }
    return result
}

let largestScalar: UInt32 = 0x10FFFF

func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in joined(ranges) {
        if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
        next = range.upperBound + 1
    }
    if next <= largestScalar { result.append(next...largestScalar) }
    return result
}
