internal import CGit2
internal import Glibc

/// Starts libgit2 once for the process and tells whether its version can be used.
enum Library {
    /// The releases that the code was written against and that keep its interface.
    static func isSupported(major: Int32, minor: Int32) -> Bool {
        major == 1 && (5...9).contains(minor)
    }

    static func start() throws(GitError) {
        if let failure { throw failure }
    }

    private static let failure: GitError? = {
        var major: Int32 = 0
        var minor: Int32 = 0
        var revision: Int32 = 0
        git_libgit2_version(&major, &minor, &revision)
        guard isSupported(major: major, minor: minor) else {
            return .unsupportedLibrary(version: "\(major).\(minor).\(revision)")
        }
        guard git_libgit2_init() > 0 else {
            return .damaged("libgit2", message: lastMessage())
        }
        configure()
        // A worker that dies while it is written to must be an error, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        return nil
    }()

    /// Makes the outcome independent of whose account this runs in.
    ///
    /// A user's configuration could rewrite URLs or set proxies. The owner check protects programs
    /// that run hooks and filters of a foreign repository; nothing here runs either.
    private static func configure() {
        for level in [
            GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_XDG,
            GIT_CONFIG_LEVEL_PROGRAMDATA,
        ] {
            _ = tidemark_git_configuration_path(level.rawValue, "")
        }
        _ = tidemark_git_owner_validation(0)
        // As OpenSSL does: https://docs.openssl.org/3.0/man3/SSL_CTX_load_verify_locations/
        if let file = getenv("SSL_CERT_FILE"), file.pointee != 0 {
            _ = tidemark_git_certificates(file, nil)
        }
    }
}
