internal import Crypto

/// HMAC-SHA-256 of a text: 32 bytes that nobody can tell in advance without the key.
///
/// Source: https://www.rfc-editor.org/rfc/rfc2104
public func keyedDigest(of text: String, key: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)))
}

/// SHA-1, for programs that still print it; not to be relied upon.
public func sha1(_ bytes: [UInt8]) -> [UInt8] { Array(Insecure.SHA1.hash(data: bytes)) }

public func sha512(_ bytes: [UInt8]) -> [UInt8] { Array(SHA512.hash(data: bytes)) }
