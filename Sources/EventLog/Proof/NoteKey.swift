public import Digests

/// The name of a key: not empty, without spaces and plus signs; names are equal when their bytes are.
///
/// Source: https://c2sp.org/signed-note#format
public struct KeyName: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init?(_ text: String) {
        let isAllowed = text.unicodeScalars.allSatisfy {
            !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20
        }
        guard !text.isEmpty, isAllowed else { return nil }
        self.text = text
    }

    public var description: String { text }

    public static func == (a: KeyName, b: KeyName) -> Bool { Lines.areSame(a.text, b.text) }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

/// What a key signs; it is a part of the key's id, so that one never passes for the other.
///
/// Source: https://c2sp.org/signed-note#signature-types
public enum SignatureType: UInt8, Sendable {
    /// Ed25519 over the text of the note: a log's.
    case note = 0x01
    /// Ed25519 over the time and the text of a checkpoint: a witness's.
    case cosignature = 0x04
}

/// A public key with its name, as people hand it on in one line, the "vkey".
///
/// Source: https://c2sp.org/signed-note#verifier-keys
public struct NoteVerifier: Hashable, Sendable {
    public let name: KeyName
    public let type: SignatureType
    public let key: VerifyingKey
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key).
    public let id: UInt32

    public init(name: KeyName, type: SignatureType, key: VerifyingKey) {
        self.name = name
        self.type = type
        self.key = key
        let digest = Digest(of: Array(name.text.utf8) + [0x0A, type.rawValue] + key.bytes)
        id = bigEndian(digest.bytes.prefix(4))
    }

    /// Reads `<name>+<8 hexadecimal digits of the id>+<base64 of type and key>`.
    public init(parsing text: String) throws(ProofError) {
        let parts = try NoteKeyText(text)
        guard let key = VerifyingKey(bytes: parts.key) else {
            throw .malformed(.key, reason: "an Ed25519 key has 32 bytes")
        }
        self.init(name: parts.name, type: parts.type, key: key)
        guard id == parts.id else {
            throw .malformed(.key, reason: "its id is not that of its name and bytes")
        }
    }

    public var text: String {
        NoteKeyText.text(name: name, id: id, type: type, key: key.bytes)
    }

    /// Whether `signature` is this key's, over `text`.
    func isValid(_ signature: NoteSignature, over text: [UInt8]) -> Bool {
        switch type {
        case .note: key.isValid(signature.bytes, over: text)
        case .cosignature:
            if let (seconds, bytes) = Cosignature.parts(of: signature.bytes) {
                key.isValid(bytes, over: Cosignature.message(text, at: seconds))
            } else {
                false
            }
        }
    }
}

/// A private key with its name: it signs notes or cosigns checkpoints, as its type says.
public struct NoteSigner: Sendable {
    public let name: KeyName
    public let type: SignatureType
    private let key: SigningKey

    public init(name: KeyName, type: SignatureType, key: SigningKey) {
        self.name = name
        self.type = type
        self.key = key
    }

    public var verifier: NoteVerifier {
        NoteVerifier(name: name, type: type, key: key.verifyingKey)
    }

    private static let prefix = "PRIVATE+KEY+"

    /// Reads the form that `privateText` has.
    ///
    /// Source: https://pkg.go.dev/golang.org/x/mod/sumdb/note#hdr-Generating_Keys
    public init(parsingPrivate text: String) throws(ProofError) {
        guard text.utf8.starts(with: Self.prefix.utf8) else {
            throw .malformed(.key, reason: "a private key begins with \(Self.prefix)")
        }
        let parts = try NoteKeyText(
            String(decoding: text.utf8.dropFirst(Self.prefix.utf8.count), as: UTF8.self))
        guard let key = SigningKey(seed: parts.key) else {
            throw .malformed(.key, reason: "an Ed25519 key has 32 bytes")
        }
        self.init(name: parts.name, type: parts.type, key: key)
        guard verifier.id == parts.id else {
            throw .malformed(.key, reason: "its id is not that of its name and bytes")
        }
    }

    /// The key in one line, for the file that nobody else may read.
    public var privateText: String {
        Self.prefix
            + NoteKeyText.text(name: name, id: verifier.id, type: type, key: key.seed)
    }

    /// Signs the text of a note.
    ///
    /// - Parameter seconds: The time since 1970 that a cosignature states; a note's signature states none.
    public func sign(_ text: [UInt8], at seconds: Int64) -> NoteSignature {
        let bytes =
            switch type {
            case .note: key.signature(over: text)
            case .cosignature:
                Cosignature.bytes(
                    at: seconds, key.signature(over: Cosignature.message(text, at: seconds)))
            }
        return NoteSignature(name: name, keyID: verifier.id, bytes: bytes)
    }
}

/// The three parts that public and private keys have in common.
private struct NoteKeyText {
    var name: KeyName
    var id: UInt32
    var type: SignatureType
    var key: [UInt8]

    init(_ text: String) throws(ProofError) {
        guard let (nameText, rest) = Lines.cut(text, at: "+"),
            let (id, key) = Lines.cut(rest, at: "+"),
            let idBytes = hexBytes(id), idBytes.count == 4
        else { throw .malformed(.key, reason: "a key is <name>+<8 digits>+<base64>") }
        guard let name = KeyName(nameText) else {
            throw .malformed(.key, reason: "its name is empty, or has a space in it")
        }
        guard let bytes = Base64.decodeExactly(key), let first = bytes.first else {
            throw .malformed(.key, reason: "its last part is not base64")
        }
        guard let type = SignatureType(rawValue: first) else { throw .unsupportedKeyType(first) }
        self.name = name
        self.id = bigEndian(idBytes)
        self.type = type
        self.key = Array(bytes.dropFirst())
    }

    static func text(name: KeyName, id: UInt32, type: SignatureType, key: [UInt8]) -> String {
        "\(name)+\(hex(bigEndianBytes(id)))+\(Base64.encode([type.rawValue] + key))"
    }
}

/// What a witness signs, and the bytes of its signature: the time, then Ed25519.
///
/// Source: https://c2sp.org/tlog-cosignature#ed25519-signed-message
enum Cosignature {
    static func message(_ text: [UInt8], at seconds: Int64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n".utf8) + text
    }

    static func bytes(at seconds: Int64, _ signature: [UInt8]) -> [UInt8] {
        bigEndianBytes(seconds) + signature
    }

    static func parts(of bytes: [UInt8]) -> (seconds: Int64, signature: [UInt8])? {
        guard bytes.count == 72 else { return nil }
        let seconds: Int64 = bigEndian(bytes.prefix(8))
        return seconds < 0 ? nil : (seconds, Array(bytes.dropFirst(8)))
    }
}

func bigEndian<Number: FixedWidthInteger>(_ bytes: some Sequence<UInt8>) -> Number {
    bytes.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
}

func bigEndianBytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
}
