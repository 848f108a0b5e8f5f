internal import CGit2
internal import Glibc

/// The credentials of one transfer with their values, and how often the remote asked for them.
final class Login {
    private enum Kind {
        case none
        case password(username: String, secret: String)
        case key(path: String, passphrase: String?)
    }

    private let kind: Kind
    private let url: String
    private var attempts = 0
    /// Set when the remote asked again after it was given the credentials, or there were none.
    private(set) var wasRefused = false
    /// What the push callback was told about the branch; `nil` when it was accepted.
    var rejection: String?

    init(_ request: WorkerRequest) throws(WorkerFailure) {
        url = request.url
        switch request.credentials {
        case "basic":
            kind = .password(
                username: request.username ?? "", secret: try Self.read(request.secret))
        case "token":
            kind = .password(username: "x-access-token", secret: try Self.read(request.secret))
        case "ssh":
            let path = request.privateKey ?? ""
            let key = try Self.readFile(path, what: "private key")
            if isRSAKey(key) {
                throw WorkerFailure(
                    "credentials", "\(path) is an RSA key, which OpenSSH 8.8 and GitHub refuse",
                    hint: "make an Ed25519 key: ssh-keygen -t ed25519")
            }
            kind = .key(
                path: path, passphrase: request.secret == nil ? nil : try Self.read(request.secret))
        default: kind = .none
        }
    }

    /// Answers libgit2's question for credentials of the given types.
    func answer(
        _ credential: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?,
        url asked: String, username: String?, allowed: UInt32
    ) -> Int32 {
        // A redirection to another host must not be given the secret.
        guard Self.host(asked) == Self.host(url) else { return refuse() }
        if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0 {
            return git_credential_username_new(credential, username ?? "git")
        }
        attempts += 1
        guard attempts == 1 else { return refuse() }
        switch kind {
        case .password(let name, let secret)
        where allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0:
            return git_credential_userpass_plaintext_new(credential, name, secret)
        case .key(let path, let passphrase) where allowed & GIT_CREDENTIAL_SSH_KEY.rawValue != 0:
            return git_credential_ssh_key_new(
                credential, username ?? "git", nil, path, passphrase)
        default: return refuse()
        }
    }

    /// A failure with secret values taken out, also as they travel in a header.
    func redacted(_ error: WorkerFailure) -> WorkerFailure {
        var error = error
        error.failure.message = redacted(error.failure.message)
        error.failure.hint = error.failure.hint.map(redacted)
        return error
    }

    /// A message of libgit2 or of the remote, with secret values taken out.
    func redacted(_ message: String) -> String {
        var values: [String] = []
        switch kind {
        case .none: break
        case .password(let name, let secret):
            values = [base64("\(name):\(secret)"), base64(secret), secret]
        case .key(_, let passphrase): values = [passphrase ?? ""]
        }
        return values.filter { !$0.isEmpty }
            .reduce(message) { $0.replacing($1, with: "(secret)") }
    }

    private func refuse() -> Int32 {
        wasRefused = true
        return GIT_EAUTH.rawValue
    }

    private static func host(_ url: String) -> Substring {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let authority = rest.prefix { $0 != "/" }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
        return place ?? authority
    }

    private static func read(_ secret: WorkerRequest.Secret?) throws(WorkerFailure) -> String {
        if let name = secret?.environment {
            guard let value = getenv(name), value.pointee != 0 else {
                throw WorkerFailure(
                    "credentials", "the environment variable \(name) is not set",
                    hint: "set it for the process that runs tidemark")
            }
            return String(cString: value)
        }
        guard let path = secret?.file else {
            throw WorkerFailure("credentials", "no secret is referenced")
        }
        var text = try readFile(path, what: "secret")
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        guard !text.isEmpty else { throw WorkerFailure("credentials", "\(path) is empty") }
        return text
    }

    private static func readFile(
        _ path: String, what: String
    ) throws(WorkerFailure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw WorkerFailure(
                "credentials", "cannot read the \(what) \(path): \(reason)",
                hint: "check the path and who may read it")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
