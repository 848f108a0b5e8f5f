/// Reading texts whose signed bytes matter: lines and words are cut at single bytes, because a `Character`
/// of Swift may join a space or a line end with what follows it.
enum Lines {
    static let newline = UInt8(ascii: "\n")

    /// The lines of bytes that all end in a newline, without it; `nil` when the last one does not.
    static func split(_ bytes: some BidirectionalCollection<UInt8>) -> [String]? {
        guard bytes.last == newline else { return nil }
        return bytes.dropLast().split(separator: newline, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// What stands before the first `separator`, and after it; `nil` when there is none.
    static func cut(_ text: String, at separator: Unicode.Scalar) -> (String, String)? {
        let bytes = Array(text.utf8)
        guard let index = bytes.firstIndex(of: UInt8(ascii: separator)) else { return nil }
        return (
            String(decoding: bytes[..<index], as: UTF8.self),
            String(decoding: bytes[(index + 1)...], as: UTF8.self)
        )
    }

    /// The rest of a text that begins with `word` and a space.
    static func rest(of text: String, after word: String) -> String? {
        let prefix = Array(word.utf8) + [UInt8(ascii: " ")]
        guard text.utf8.starts(with: prefix) else { return nil }
        return String(decoding: text.utf8.dropFirst(prefix.count), as: UTF8.self)
    }

    /// A number in ASCII digits, without sign or leading zeros; `nil` for anything else.
    static func decimal(_ text: String) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.first != UInt8(ascii: "0") || text.utf8.count == 1
        else { return nil }
        return Int64(text)
    }

    /// Swift's `==` of strings takes different bytes for equal when they look alike; keys must not.
    static func areSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
}
