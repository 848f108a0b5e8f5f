/// The scalars that are the same as one of `range` when case does not matter, without itself.
///
/// Go folds by `unicode.SimpleFold`: one scalar to one scalar, so `ß` is `ẞ` and never `ss`.
///
/// Source: https://pkg.go.dev/unicode#SimpleFold
func caseVariants(of range: ClosedRange<UInt32>) -> [UInt32] {
    var result: [UInt32] = []
    if range.lowerBound < 0x80 {
        for value in range.lowerBound...min(range.upperBound, 0x7F) {
            result += asciiVariants(of: value)
        }
    }
    guard range.upperBound >= 0x80 else { return result }
    let table = FoldingTable.shared
    let lower = max(range.lowerBound, 0x80)
    var index = table.entries.partitioningIndex { $0.scalar >= lower }
    while index < table.entries.count, table.entries[index].scalar <= range.upperBound {
        result += table.entries[index].variants
        index += 1
    }
    return result
}

private func asciiVariants(of value: UInt32) -> [UInt32] {
    guard (0x61...0x7A).contains(value | 0x20) else { return [] }
    switch value | 0x20 {
    case 0x6B: return [value ^ 0x20, 0x212A]  // The sign for kelvin.
    case 0x73: return [value ^ 0x20, 0x017F]  // The long s.
    default: return [value ^ 0x20]
    }
}

/// Which scalars beyond ASCII have case variants.
private struct FoldingTable {
    struct Entry {
        var scalar: UInt32
        var variants: [UInt32]
    }

    /// Sorted by scalar.
    var entries: [Entry]

    static let shared = FoldingTable()

    /// The blocks that hold every scalar with case.
    ///
    /// Source: https://www.unicode.org/Public/15.0.0/ucd/CaseFolding.txt
    private static let blocks: [ClosedRange<UInt32>] = [
        0x41...0x24FF, 0x2C00...0x2DFF, 0xA640...0xABBF, 0xFF21...0xFF5A, 0x10400...0x10CFF,
        0x118A0...0x118DF, 0x16E40...0x16E7F, 0x1E900...0x1E943,
    ]

    private init() {
        var groups: [UInt32: [UInt32]] = [:]
        for block in Self.blocks {
            for value in block {
                // The dotted and the dotless i fold to themselves alone.
                guard value != 0x130, value != 0x131, let scalar = Unicode.Scalar(value) else {
                    continue
                }
                let folded = simpleLowercase(simpleUppercase(scalar))
                if folded != scalar { groups[folded.value, default: [folded.value]].append(value) }
            }
        }
        var byScalar: [UInt32: [UInt32]] = [:]
        for group in groups.values {
            for member in group where member >= 0x80 {
                byScalar[member] = group.filter { $0 != member }
            }
        }
        entries = byScalar.map { Entry(scalar: $0.key, variants: $0.value) }
            .sorted { $0.scalar < $1.scalar }
    }
}

/// The upper case as one scalar, as `unicode.ToUpper`; itself where Unicode has several or none.
func simpleUppercase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    let mapped = scalar.properties.uppercaseMapping.unicodeScalars
    // Where the full mapping writes out a subscript, the title case is the simple one.
    guard mapped.count == 1, let first = mapped.first else { return simpleTitlecase(scalar) }
    return first
}

/// The lower case as one scalar, as `unicode.ToLower`.
func simpleLowercase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar == "\u{130}" { return "i" }
    let mapped = scalar.properties.lowercaseMapping.unicodeScalars
    guard mapped.count == 1, let first = mapped.first else { return scalar }
    return first
}

/// The title case as one scalar, as `unicode.ToTitle`; itself where Unicode has several or none.
func simpleTitlecase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    let mapped = scalar.properties.titlecaseMapping.unicodeScalars
    guard mapped.count == 1, let first = mapped.first else { return scalar }
    return first
}

extension Array {
    /// The first index from which on `belongs` holds, of an array that is sorted by it.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var start = 0
        var end = count
        while start < end {
            let middle = (start + end) / 2
            if belongs(self[middle]) { end = middle } else { start = middle + 1 }
        }
        return start
    }
}
