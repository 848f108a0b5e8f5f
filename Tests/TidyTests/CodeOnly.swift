/// Swift source with comments and the insides of strings turned into spaces, line breaks kept.
///
/// Interpolated code counts as inside of the string. Regular expressions in slashes are not known.
func codeOnly(_ source: String) -> String {
    var masking = CodeMasking(bytes: Array(source.utf8))
    masking.run()
    return String(decoding: masking.out, as: UTF8.self)
}

private struct CodeMasking {
    let bytes: [UInt8]
    var out: [UInt8] = []
    private var at = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
        out.reserveCapacity(bytes.count)
    }

    mutating func run() {
        while at < bytes.count {
            if starts(with: "//") {
                while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { mask() }
            } else if starts(with: "/*") {
                maskComment()
            } else if let hashes = openingHashes() {
                maskString(hashes)
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
    }

    private func starts(with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        return (0..<count).allSatisfy { bytes[at + $0] == text.utf8Start[$0] }
    }

    private mutating func mask(_ count: Int = 1) {
        for _ in 0..<count where at < bytes.count {
            out.append(bytes[at] == UInt8(ascii: "\n") ? bytes[at] : UInt8(ascii: " "))
            at += 1
        }
    }

    private mutating func maskComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                mask(2)
            } else if starts(with: "*/") {
                depth -= 1
                mask(2)
            } else {
                mask()
            }
        } while depth > 0 && at < bytes.count
    }

    /// The number of `#` before a quote, when a string starts here.
    private func openingHashes() -> Int? {
        var end = at
        while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
        return end - at
    }

    private mutating func maskString(_ hashes: Int) {
        mask(hashes)
        let isMultiLine = starts(with: "\"\"\"")
        mask(isMultiLine ? 3 : 1)
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\"), hasHashes(hashes, at: at + 1) {
                mask(1 + hashes)
                if at < bytes.count, bytes[at] == UInt8(ascii: "(") {
                    maskInterpolation()
                } else {
                    mask()
                }
            } else if starts(with: isMultiLine ? "\"\"\"" : "\""),
                hasHashes(hashes, at: at + (isMultiLine ? 3 : 1))
            {
                mask((isMultiLine ? 3 : 1) + hashes)
                return
            } else if bytes[at] == UInt8(ascii: "\n"), !isMultiLine {
                return
            } else {
                mask()
            }
        }
    }

    private func hasHashes(_ count: Int, at start: Int) -> Bool {
        start + count <= bytes.count
            && (start..<start + count).allSatisfy { bytes[$0] == UInt8(ascii: "#") }
    }

    private mutating func maskInterpolation() {
        var depth = 0
        repeat {
            if let hashes = openingHashes() {
                maskString(hashes)
                continue
            }
            if bytes[at] == UInt8(ascii: "(") { depth += 1 }
            if bytes[at] == UInt8(ascii: ")") { depth -= 1 }
            mask()
        } while depth > 0 && at < bytes.count
    }
}
