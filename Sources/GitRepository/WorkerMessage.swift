internal import FoundationEssentials

/// What the parent asks of the child: one line of JSON on its standard input.
struct WorkerRequest: Codable {
    struct Secret: Codable {
        var file: String?
        var environment: String?
    }

    struct Push: Codable {
        var commit: String
        var branch: String
        /// `nil` when the branch must not exist yet.
        var expected: String?
    }

    var folder: String
    var url: String
    /// `none`, `basic`, `token` or `ssh`.
    var credentials: String
    var username: String?
    var privateKey: String?
    var secret: Secret?
    /// A fetch when there is none.
    var push: Push?

    init(folder: String, remote: GitRemote, push: Push?) {
        self.folder = folder
        url = remote.url
        self.push = push
        switch remote.credentials {
        case .none: credentials = "none"
        case .basic(let username, let reference):
            credentials = "basic"
            self.username = username
            secret = Secret(reference)
        case .token(let reference):
            credentials = "token"
            secret = Secret(reference)
        case .sshKey(let path, let passphrase):
            credentials = "ssh"
            privateKey = path
            secret = passphrase.map { Secret($0) }
        }
    }

    /// One line.
    func encoded() throws -> [UInt8] { Array(try JSONEncoder().encode(self)) + [10] }

    static func decode(_ bytes: [UInt8]) throws -> WorkerRequest {
        try JSONDecoder().decode(WorkerRequest.self, from: Data(bytes))
    }
}

extension WorkerRequest.Secret {
    init(_ reference: SecretReference) {
        switch reference {
        case .file(let path): file = path
        case .environment(let name): environment = name
        }
    }
}

/// What the child answers: JSON on its standard output.
struct WorkerAnswer: Codable {
    struct Failure: Codable {
        /// `unreachable`, `authentication`, `untrusted`, `credentials`, `rejected`,
        /// `unsupported` or `damaged`.
        var kind: String
        var message: String
        var hint: String?
    }

    /// The full name of the branch that the remote's `HEAD` names.
    var defaultBranch: String?
    var failure: Failure?

    func encoded() -> [UInt8] { (try? JSONEncoder().encode(self)).map { Array($0) } ?? [] }

    static func decode(_ bytes: [UInt8]) -> WorkerAnswer? {
        try? JSONDecoder().decode(WorkerAnswer.self, from: Data(bytes))
    }
}

/// Whether an OpenSSH or PEM private key is an RSA key, which libssh2 1.10 signs with SHA-1 only.
///
/// Source: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
func isRSAKey(_ text: String) -> Bool {
    if text.contains("BEGIN RSA PRIVATE KEY") { return true }
    let body = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
    guard let data = Data(base64Encoded: body) else { return false }
    // The public key stands in the clear before the encrypted part.
    return String(decoding: data, as: UTF8.self).contains("ssh-rsa")
}

/// As a password travels in an `Authorization` header.
func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
