internal import Crypto

/// The key that turns secret values into tokens; it lives outside the ledger.
///
/// A token is `hmac:<key id>:<32 hexadecimal digits>`: HMAC-SHA-256 of the value, cut to 128 bits
/// (truncation: https://www.rfc-editor.org/rfc/rfc2104#section-5). The key id is the first eight hexadecimal digits of
/// the key's own SHA-256, so that tokens of different keys are known to be incomparable.
public struct TokenKey: Sendable {
    public let id: String
    private let key: SymmetricKey

    /// - Precondition: `bytes` has 32 elements.
    public init(bytes: [UInt8]) {
        precondition(bytes.count == 32, "a token key has 32 bytes")
        id = String(Digest(of: bytes).description.prefix(8))
        key = SymmetricKey(data: bytes)
    }

    /// Another key, 32 bytes, that nobody can tell from this one's tokens.
    public func derivedKey(for purpose: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array("key for \(purpose)".utf8), using: key))
    }

    public func token(for value: some Sequence<UInt8>) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(value), using: key)
        return "\(TokenText.prefix)\(id):\(hex(Array(code).prefix(16)))"
    }
}

/// The text form of tokens, readable without the key.
public enum TokenText {
    public static let prefix = "hmac:"

    /// The key id of a token; `nil` if `text` is no token.
    public static func keyID(of text: some StringProtocol) -> String? {
        guard text.hasPrefix(prefix) else { return nil }
        let parts = text.dropFirst(prefix.count).split(
            separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 8, parts[1].utf8.count == 32,
            hexBytes(parts[0]) != nil, hexBytes(parts[1]) != nil
        else { return nil }
        return String(parts[0])
    }
}
