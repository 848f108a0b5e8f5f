public import Model

/// Why a repository could not be read, fetched, written or pushed.
///
/// Texts come from libgit2 with secret values replaced; remotes are named without credentials.
public enum GitError: Error, Hashable, Sendable {
    /// The libgit2 on this machine is outside 1.5 to 1.9.
    case unsupportedLibrary(version: String)
    case invalidRemote(url: String, reason: String)
    case unreachable(remote: String, message: String)
    case authentication(remote: String, message: String)
    /// The TLS certificate or the SSH host key is not trusted.
    case untrusted(remote: String, message: String)
    case deadline(remote: String, after: Duration)
    /// A secret reference could not be read, or the key cannot be used.
    case credentials(reason: String, hint: String?)
    /// The child process did not start, or ended without an answer.
    case worker(String)
    /// Another process is moving the refs of this mirror.
    case busy(folder: String)
    case cancelled
    /// No remote was given, so there is nothing to fetch from or push to.
    case noRemote
    case unknownRevision(String)
    case ambiguousRevision(String)
    case missing(String)
    /// libgit2 failed at something that a sound repository allows.
    case damaged(String, message: String)
    case treeTooLarge(path: String, limit: String)
    case submodule(path: String)
    case conflict(commit: CommitID, paths: [String])
    case nothingToCommit(branch: String)
    case invalidInput(String)
    /// The branch did not stand where it was expected to, or the remote refused the push.
    case rejected(branch: String, reason: String)
}

extension GitError: Diagnostic {
    public var summary: String {
        switch self {
        case .unsupportedLibrary(let version): "libgit2 \(version) is not supported"
        case .invalidRemote(let url, _): "cannot use the repository URL \(url)"
        case .unreachable(let remote, _): "cannot reach \(remote)"
        case .authentication(let remote, _): "\(remote) refused the credentials"
        case .untrusted(let remote, _): "cannot trust \(remote)"
        case .deadline(let remote, let after):
            "\(remote) did not answer within \(after.wholeNanoseconds / 1_000_000) ms"
        case .credentials: "cannot use the credentials"
        case .worker: "the git worker failed"
        case .busy(let folder): "another process is updating \(folder)"
        case .cancelled: "cancelled"
        case .noRemote: "the repository has no remote"
        case .unknownRevision(let text): "no branch, tag or commit matches \(text)"
        case .ambiguousRevision(let text): "more than one commit starts with \(text)"
        case .missing(let what): "\(what) does not exist"
        case .damaged(let what, _): "cannot read \(what)"
        case .treeTooLarge(let path, let limit): "\(path) has more than \(limit)"
        case .submodule(let path): "\(path) is a submodule"
        case .conflict(let commit, let paths):
            "reverting \(commit.short) conflicts in \(paths.joined(separator: ", "))"
        case .nothingToCommit(let branch): "the commit would change nothing on \(branch)"
        case .invalidInput(let what): what
        case .rejected(let branch, _): "the push to \(branch) was rejected"
        }
    }

    public var cause: String? {
        switch self {
        case .invalidRemote(_, let reason), .credentials(let reason, _), .rejected(_, let reason):
            reason
        case .unreachable(_, let message), .authentication(_, let message),
            .untrusted(_, let message), .worker(let message), .damaged(_, let message):
            message.isEmpty ? nil : message
        default: nil
        }
    }

    public var hint: String? {
        switch self {
        case .unsupportedLibrary: "install libgit2 1.5 to 1.9, for example Debian's libgit2-dev"
        case .untrusted(let remote, _):
            remote.hasPrefix("https:")
                ? "add its certificate authority to the system's store"
                : "compare the host key with its owner's, then add it to ~/.ssh/known_hosts"
        case .authentication:
            "check that the referenced secret is current and may read the repository"
        case .credentials(_, let hint): hint
        case .busy: "try again when it has finished"
        case .submodule: "commit the files themselves: submodules are not read"
        case .conflict: "revert by hand, or revert the later commits to these paths too"
        case .rejected: "fetch and try again"
        default: nil
        }
    }
}
