public import Digests
internal import Glibc
public import Model

/// What a trust file says of a signature.
public enum SignatureVerdict: Equatable, Sendable {
    /// The signature is good, and the trust file says whose key it is.
    case verified(signer: String, key: String)
    /// The signature may be good, but the trust file does not vouch for its key here and at that time.
    case untrusted
    /// The signature is not one of these bytes, or no signature at all.
    case invalid
}

/// A file that names trusted keys: its bytes as they were read, and their digest.
public struct TrustFile: Equatable, Sendable {
    public var path: String
    public var bytes: [UInt8]
    public var digest: Digest

    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
        digest = Digest(of: bytes)
    }

    /// - Throws: `SignatureError.unreadable`.
    public init(path: String) throws(SignatureError) {
        self.init(path: path, bytes: try readFile(path, atMost: Self.bytesMax))
    }

    /// A list of keys, not a collection of data: 16 MiB.
    static let bytesMax = 16 << 20
}

/// Why a signature could not be checked or made.
///
/// Whether it is good is no error but a `SignatureVerdict`.
public enum SignatureError: Error, Equatable, Sendable {
    case unreadable(path: String, reason: String)
    /// The program is not on the PATH.
    case missingProgram(String)
    case deadline(program: String, after: Duration)
    /// The program ended in a way that is none of its answers.
    case failed(program: String, message: String)
    /// `gpgv` reads binary keyrings only.
    case armouredKeyring(path: String)
}

extension SignatureError: Diagnostic {
    public var summary: String {
        switch self {
        case .unreadable(let path, _): "cannot read \(path)"
        case .missingProgram(let program): "\(program) is not installed"
        case .deadline(let program, _): "\(program) did not end in time"
        case .failed(let program, _): "\(program) failed"
        case .armouredKeyring(let path): "\(path) is an armoured keyring"
        }
    }

    public var cause: String? {
        switch self {
        case .unreadable(_, let reason), .failed(_, let reason): reason
        case .missingProgram: "signatures are checked with it"
        case .deadline(_, let deadline): "it was killed after \(deadline)"
        case .armouredKeyring: "gpgv reads binary keyrings only"
        }
    }

    public var hint: String? {
        switch self {
        case .missingProgram(let program):
            "apt-get install \(program == "gpgv" ? "gpgv" : "openssh-client")"
        case .armouredKeyring(let path): "gpg --dearmor < \(path) > \(path).gpg"
        case .unreadable, .deadline, .failed: nil
        }
    }
}

/// All bytes of a file.
func readFile(_ path: String, atMost limit: Int) throws(SignatureError) -> [UInt8] {
    func failure() -> SignatureError {
        .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure() }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(file, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw failure() }
        if count == 0 { return bytes }
        bytes += buffer[..<count]
        guard bytes.count <= limit else {
            throw .unreadable(path: path, reason: "it has more than \(limit) bytes")
        }
    }
}
