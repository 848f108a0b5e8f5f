internal import Digests

/// One line under a note: who signed, with which key, and the signature.
public struct NoteSignature: Hashable, Sendable {
    public var name: KeyName
    public var keyID: UInt32
    /// What the key's type asks for, without the key id.
    public var bytes: [UInt8]

    public init(name: KeyName, keyID: UInt32, bytes: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.bytes = bytes
    }

    static let dash = "\u{2014} "

    /// `— example.com/log Az3grl…=`, without the newline.
    public var line: String {
        "\(Self.dash)\(name) \(Base64.encode(bigEndianBytes(keyID) + bytes))"
    }

    init?(line: String) {
        guard line.utf8.starts(with: Self.dash.utf8) else { return nil }
        let rest = String(decoding: line.utf8.dropFirst(Self.dash.utf8.count), as: UTF8.self)
        guard let (nameText, encoded) = Lines.cut(rest, at: " "), let name = KeyName(nameText),
            let bytes = Base64.decodeExactly(encoded), bytes.count > 4
        else { return nil }
        self.init(
            name: name, keyID: bigEndian(bytes.prefix(4)), bytes: Array(bytes.dropFirst(4)))
    }
}

/// A signature that was checked against a key that the caller trusts.
public struct VerifiedSignature: Hashable, Sendable {
    public let verifier: NoteVerifier
    /// Seconds since 1970, which a witness states; `nil` for a log.
    public let seconds: Int64?
}

/// A text and the signatures under it.
///
/// The text means nothing before one of them was verified.
/// Two notes are equal when their bytes are.
///
/// Source: https://c2sp.org/signed-note
public struct SignedNote: Sendable {
    /// UTF-8 that ends in a newline.
    public let text: [UInt8]
    public private(set) var signatures: [NoteSignature]

    /// Limits of ours; the specification asks for room for 16 signatures.
    ///
    /// Source: https://c2sp.org/signed-note#format
    public static let maxSignatures = 100
    public static let maxBytes = 1_000_000

    /// - Throws: When the text cannot be that of a note.
    public init(text: [UInt8], signatures: [NoteSignature]) throws(ProofError) {
        guard text.last == Lines.newline else {
            throw .malformed(.note, reason: "its text does not end in a newline")
        }
        guard String(validating: text, as: UTF8.self) != nil,
            text.allSatisfy({ $0 >= 0x20 || $0 == Lines.newline })
        else { throw .malformed(.note, reason: "it is not UTF-8 without control characters") }
        guard signatures.count <= Self.maxSignatures else {
            throw .malformed(.note, reason: "it has more than \(Self.maxSignatures) signatures")
        }
        self.text = text
        self.signatures = signatures
    }

    public init(parsing bytes: [UInt8]) throws(ProofError) {
        guard bytes.count <= Self.maxBytes else {
            throw .malformed(.note, reason: "it has more than \(Self.maxBytes) bytes")
        }
        // The text may hold empty lines itself: the last one counts.
        let blank = bytes.indices.dropFirst().last {
            bytes[$0] == Lines.newline && bytes[$0 - 1] == Lines.newline
        }
        guard let blank, let lines = Lines.split(bytes[(blank + 1)...]) else {
            throw .malformed(.note, reason: "it has no signature after an empty line")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .malformed(.note, reason: "it is not UTF-8")
        }
        var signatures: [NoteSignature] = []
        for (index, line) in lines.enumerated() {
            guard let signature = NoteSignature(line: line) else {
                throw .malformed(.note, reason: "line \(index + 1) under it is no signature")
            }
            signatures.append(signature)
        }
        try self.init(text: Array(bytes[..<blank]), signatures: signatures)
    }

    public var bytes: [UInt8] {
        text + [Lines.newline] + signatures.flatMap { Array($0.line.utf8) + [Lines.newline] }
    }

    /// Adds signatures that it does not have yet.
    public mutating func add(_ more: [NoteSignature]) {
        for signature in more where !signatures.contains(signature) {
            signatures.append(signature)
        }
    }

    /// The signatures by trusted keys, all of which are valid.
    ///
    /// Those of other keys do not count.
    ///
    /// - Throws: When one that claims to be by a trusted key is not, or when none is.
    public func verified(by keys: [NoteVerifier]) throws(ProofError) -> [VerifiedSignature] {
        var verified: [VerifiedSignature] = []
        for signature in signatures {
            let key = keys.first { $0.name == signature.name && $0.id == signature.keyID }
            guard let key else { continue }
            guard key.isValid(signature, over: text) else {
                throw .badSignature(name: key.name.text)
            }
            let seconds: Int64? =
                key.type == .cosignature
                ? Cosignature.parts(of: signature.bytes)?.seconds : nil
            verified.append(VerifiedSignature(verifier: key, seconds: seconds))
        }
        guard !verified.isEmpty else { throw .untrusted(signers: signatures.map(\.name.text)) }
        return verified
    }
}

extension SignedNote: Hashable {}
