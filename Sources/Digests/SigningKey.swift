internal import Crypto

/// An Ed25519 private key: kept outside the ledger, and never printed.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8032#section-5.1
public struct SigningKey: Sendable {
    /// How many random bytes a new key is made from.
    public static let seedBytes = 32

    private let key: Curve25519.Signing.PrivateKey

    /// The key of a seed; `nil` unless that has 32 bytes.
    public init?(seed: [UInt8]) {
        guard seed.count == Self.seedBytes,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { return nil }
        self.key = key
    }

    /// The 32 bytes that the key is made from: as secret as the key.
    public var seed: [UInt8] { Array(key.rawRepresentation) }

    public var verifyingKey: VerifyingKey { VerifyingKey(key.publicKey) }

    /// The 64 bytes of the signature over `message`.
    ///
    /// On Linux equal messages give equal signatures. Apple's CryptoKit signs with added randomness, so
    /// compare signatures by verifying them.
    public func signature(over message: [UInt8]) -> [UInt8] {
        do {
            return Array(try key.signature(for: message))
        } catch {
            preconditionFailure("signing with a key of 32 bytes does not fail")
        }
    }
}

/// An Ed25519 public key.
public struct VerifyingKey: Sendable {
    private let key: Curve25519.Signing.PublicKey

    fileprivate init(_ key: Curve25519.Signing.PublicKey) { self.key = key }

    /// The key in its 32 bytes; `nil` for another number of them.
    ///
    /// Bytes that are no point of the curve make a key under which nothing verifies.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        else { return nil }
        self.key = key
    }

    public var bytes: [UInt8] { Array(key.rawRepresentation) }

    public func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        signature.count == 64 && key.isValidSignature(signature, for: message)
    }
}

extension VerifyingKey: Hashable {
    public static func == (a: VerifyingKey, b: VerifyingKey) -> Bool { a.bytes == b.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
