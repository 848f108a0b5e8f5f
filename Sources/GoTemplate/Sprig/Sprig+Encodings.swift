extension Sprig {
    static let encodings: [Function] = [
        Function("b64enc") { (text: ByteString) in ByteString(Base64.encode(text.bytes)) },
        Function("b64dec") { (text: ByteString) in
            decoded { () throws(CorruptInput) in try Base64.decode(text.bytes) }
        },
        Function("b32enc") { (text: ByteString) in ByteString(Base32.encode(text.bytes)) },
        Function("b32dec") { (text: ByteString) in
            decoded { () throws(CorruptInput) in try Base32.decode(text.bytes) }
        },
        Function("adler32sum") { (text: ByteString) in ByteString("\(adler32(text.bytes))") },
    ]

    /// What cannot be decoded becomes the text of its error.
    private static func decoded(
        _ decode: () throws(CorruptInput) -> [UInt8]
    ) -> ByteString {
        do throws(CorruptInput) {
            return ByteString(try decode())
        } catch {
            return ByteString("\(error)")
        }
    }
}
