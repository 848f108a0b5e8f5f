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

@Suite("Ed25519 and base64")
struct SigningKeyTests {
    /// The first and the third example of RFC 8032.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc8032#section-7.1
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ])
    func ed25519(seed: String, key: String, message: String, signature: String) throws {
        let signing = try #require(hexBytes(seed).flatMap { SigningKey(seed: $0) })
        let (bytes, message) = try (#require(hexBytes(signature)), #require(hexBytes(message)))
        #expect(hex(signing.seed) == seed)
        #expect(hex(signing.verifyingKey.bytes) == key)
        #expect(signing.verifyingKey.isValid(bytes, over: message))
        #expect(signing.verifyingKey.isValid(signing.signature(over: message), over: message))
        #expect(!signing.verifyingKey.isValid(bytes, over: message + [0]))
        #expect(!signing.verifyingKey.isValid(Array(bytes.dropLast()), over: message))
        #expect(!signing.verifyingKey.isValid([], over: message))
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 0x10
            #expect(!signing.verifyingKey.isValid(altered, over: message))
        }
    }

    @Test func keysHave32Bytes() {
        #expect(SigningKey(seed: Array(repeating: 0, count: 31)) == nil)
        #expect(SigningKey(seed: []) == nil)
        #expect(VerifyingKey(bytes: Array(repeating: 0, count: 33)) == nil)
        // Not the encoding of a point: nothing verifies under it.
        let odd = VerifyingKey(bytes: Array(repeating: 0xFF, count: 32))
        #expect(odd?.isValid(Array(repeating: 0, count: 64), over: []) != true)
    }

    /// The examples of RFC 4648.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc4648#section-10
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(text.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(Base64.decodeExactly(encoded) == Array(text.utf8))
    }

    @Test(arguments: ["Zm8", "Zm8=\n", "Z=m8", "Zm9=", "Zg==Zg==", "Zg=", "====", "Zm9v!", "Zm 8="])
    func otherSpellingsAreNoExactBase64(text: String) {
        #expect(Base64.decodeExactly(text) == nil)
    }
}
