public import Digests
public import Model

/// Why a proof, a signed note or a key is not accepted.
public enum ProofError: Error, Equatable, Sendable {
    /// The bytes are not in the form that the specification asks for.
    case malformed(Form, reason: String)
    case unsupportedKeyType(UInt8)
    /// No signature is by a key that is trusted.
    case untrusted(signers: [String])
    /// A signature that claims to be by a trusted key is not.
    case badSignature(name: String)
    /// The note is of another log than the key that signed it.
    case wrongOrigin(expected: String, found: String)
    case indexBeyondTree(index: Int64, size: Int64)
    case wrongLength(expected: Int, found: Int)
    /// Every tree is consistent with the empty one: a proof of it would say nothing.
    case consistencyWithEmptyTree
    case shrunken(from: Int64, to: Int64)
    case rootMismatch(size: Int64, expected: Digest, computed: Digest)
    /// Too few witnesses have cosigned.
    case noQuorum(quorum: String, witnesses: [String])

    /// What bytes are read as.
    public enum Form: String, Sendable {
        case key, note, checkpoint, proof, request, tile, bundle
    }
}

extension ProofError.Form {
    /// As a sentence names it.
    var text: String {
        switch self {
        case .key: "key"
        case .note: "signed note"
        case .checkpoint: "checkpoint"
        case .proof: "proof"
        case .request: "request to a witness"
        case .tile: "tile path"
        case .bundle: "entry bundle"
        }
    }
}

extension ProofError: Diagnostic {
    public var summary: String {
        switch self {
        case .malformed(let form, _): "the \(form.text) cannot be read"
        case .unsupportedKeyType(let type):
            "the key has signature type 0x\(hex([type])), which is not supported"
        case .untrusted: "no signature is by a trusted key"
        case .badSignature(let name): "the signature of \(name) is not valid"
        case .wrongOrigin(let expected, let found):
            "the checkpoint is of \(found), not of \(expected)"
        case .indexBeyondTree(let index, let size):
            "leaf \(index) lies beyond a tree of \(size) leaves"
        case .wrongLength(let expected, let found):
            "the proof has \(found) hashes, not \(expected)"
        case .consistencyWithEmptyTree: "consistency with the empty tree says nothing"
        case .shrunken(let from, let to): "a tree of \(from) leaves cannot become one of \(to)"
        case .rootMismatch(let size, let expected, let computed):
            "the proof leads to root \(computed) for \(size) leaves, not to \(expected)"
        case .noQuorum(let quorum, _): "too few witnesses have cosigned for quorum \(quorum)"
        }
    }

    public var cause: String? {
        switch self {
        case .malformed(_, let reason): reason
        case .untrusted(let signers): "it is signed by \(signers.joined(separator: ", "))"
        case .noQuorum(_, let witnesses):
            witnesses.isEmpty
                ? "none has cosigned" : "cosigned by \(witnesses.joined(separator: ", "))"
        case .unsupportedKeyType, .badSignature, .wrongOrigin, .indexBeyondTree, .wrongLength,
            .consistencyWithEmptyTree, .shrunken, .rootMismatch:
            nil
        }
    }

    public var hint: String? {
        switch self {
        case .unsupportedKeyType:
            "use an Ed25519 key: 0x01 for a log, 0x04 for a witness"
        case .untrusted: "compare the log's verifier key with the one you were given"
        case .malformed, .badSignature, .wrongOrigin, .indexBeyondTree, .wrongLength,
            .consistencyWithEmptyTree, .shrunken, .rootMismatch, .noQuorum:
            nil
        }
    }
}
