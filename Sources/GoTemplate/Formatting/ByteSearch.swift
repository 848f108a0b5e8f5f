extension [UInt8] {
    /// Where a byte comes next, at `start` or after it.
    package func place(of byte: UInt8, from start: Int) -> Int? {
        withUnsafeBytes { $0.place(of: byte, from: start) }
    }
}

extension UnsafeRawBufferPointer {
    /// Where a byte comes next, at `start` or after it.
    ///
    /// Looks at eight bytes at a time: a byte of `differences` is zero where the wanted one stands, and only the
    /// lowest such byte is sure to be marked.
    ///
    /// https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord
    func place(of byte: UInt8, from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let wanted = ones &* UInt64(byte)
        var place = start
        while place + 8 <= count {
            let word = loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let differences = UInt64(littleEndian: word) ^ wanted
            let marks = (differences &- ones) & ~differences & (ones &* 0x80)
            if marks != 0 { return place + marks.trailingZeroBitCount / 8 }
            place += 8
        }
        while place < count {
            if self[place] == byte { return place }
            place += 1
        }
        return nil
    }
}
