/// A conversion as spf13/cast does it for Sprig: what cannot be converted is zero.
///
/// Source: https://github.com/spf13/cast/blob/v1.7.0/caste.go
func castToInt64(_ value: Value) -> Int64 {
    switch value {
    case .int(let number): Int64(number)
    case .int64(let number): number
    case .uint8(let number): Int64(number)
    case .uint64(let number): Int64(truncatingIfNeeded: number)
    case .float64(let number): truncated(number)
    case .bool(let flag): flag ? 1 : 0
    case .string(let text): castToInt64(text.bytes)
    case .none, .list, .map, .object, .function: 0
    }
}

func castToInt(_ value: Value) -> Int { Int(castToInt64(value)) }

func castToFloat(_ value: Value) -> Double {
    switch value {
    case .int(let number): return Double(number)
    case .int64(let number): return Double(number)
    case .uint8(let number): return Double(number)
    case .uint64(let number): return Double(number)
    case .float64(let number): return number
    case .bool(let flag): return flag ? 1 : 0
    case .string(let text):
        let read = readFloat(text.bytes)
        return read.fault == nil ? read.value : 0
    case .none, .list, .map, .object, .function: return 0
    }
}

/// The integer part; what does not fit is the smallest integer, as x86 converts.
func truncated(_ number: Double) -> Int64 {
    Int64(exactly: number.rounded(.towardZero)) ?? .min
}

private func castToInt64(_ text: [UInt8]) -> Int64 {
    let read = readInteger(withoutZeroFraction(text), base: 0)
    return read.fault == nil ? read.value : 0
}

/// `1.00` as `1`.
private func withoutZeroFraction(_ text: [UInt8]) -> [UInt8] {
    guard text.last == UInt8(ascii: "0"),
        let end = text.lastIndex(where: { $0 != UInt8(ascii: "0") }),
        text[end] == UInt8(ascii: ".")
    else { return text }
    return Array(text[..<end])
}
