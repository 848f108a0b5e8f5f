import Digests
import Testing

@Suite("Digests")
struct DigestTests {
    /// The examples of FIPS 180-4.
    ///
    /// Source: https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256(text: String, expected: String) {
        let digest = Digest(of: text)
        #expect(digest.description == expected)
        #expect(Digest(hex: expected) == digest)
        #expect(Digest(bytes: digest.bytes) == digest)
        // Bytes that do not lie together hash alike.
        #expect(Digest(of: AnySequence(Array(text.utf8))) == digest)
    }

    @Test func piecesGiveTheDigestOfTheWhole() {
        var builder = DigestBuilder()
        builder.update("a")
        builder.update("bc")
        #expect(builder.finish() == Digest(of: "abc"))
    }

    @Test func fieldsAreKeptApart() {
        var first = DigestBuilder()
        first.update(field: "ab")
        first.update(field: "c")
        var second = DigestBuilder()
        second.update(field: "a")
        second.update(field: "bc")
        #expect(first.finish() != second.finish())
    }

    @Test func wrongTextIsNoDigest() {
        #expect(Digest(hex: "abc") == nil)
        #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
        #expect(hexBytes("0g") == nil)
        #expect(hexBytes("0") == nil)
        #expect(hexBytes("00fF") == [0, 255])
    }

    // RFC 4231 has no case with a key of 32 bytes; this one was computed with Python's `hmac`.
    @Test func aTokenIsTheCutHMACUnderTheKeyThatItNames() {
        let key = TokenKey(bytes: Array(0..<32))
        let token = key.token(for: "swordfish".utf8)
        #expect(token == expectedToken)
        #expect(TokenText.keyID(of: token) == key.id)
        #expect(key.token(for: "swordfish".utf8) == token)
        #expect(TokenKey(bytes: Array(1..<33)).token(for: "swordfish".utf8) != token)
        #expect(TokenText.keyID(of: "hmac:xyz:00") == nil)
        #expect(TokenText.keyID(of: "swordfish") == nil)
    }
}

private let expectedToken = "hmac:630dcd29:036de0d1efb7044aafd110762eac54e3"
