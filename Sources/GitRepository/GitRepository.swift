internal import CGit2
internal import Glibc

/// A local bare repository, usually the mirror of one remote, read without a checkout.
///
/// All reading happens on a queue of its own. Fetch and push run in a child process and are the
/// only calls that take long; meanwhile the actor goes on answering.
public actor GitRepository {
    /// The folder of the bare repository.
    public nonisolated let folder: String
    public nonisolated let remote: GitRemote?
    nonisolated let worker: GitWorkerCommand?

    private let executor: ThreadExecutor
    private var opened: OpenedRepository?
    /// Whether a folder holds a symbolic link, by the id of its tree.
    var linkedTrees: [CommitID: Bool] = [:]

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private init(folder: String, remote: GitRemote?, worker: GitWorkerCommand?) {
        self.folder = folder
        self.remote = remote
        self.worker = worker
        executor = ThreadExecutor(label: "tidemark.git")
    }

    /// Opens the bare repository in `folder`, or creates it together with its parent folders.
    ///
    /// - Parameters:
    ///   - remote: Where `fetch` and `push` go; without one the repository is local only.
    ///   - worker: The program that runs `gitWorkerMain`; needed with a remote.
    ///   - defaultBranch: What `HEAD` names in a repository that is created here.
    public static func open(
        _ folder: String, remote: GitRemote? = nil, worker: GitWorkerCommand? = nil,
        defaultBranch: String = "main"
    ) async throws(GitError) -> GitRepository {
        let repository = GitRepository(folder: folder, remote: remote, worker: worker)
        try await repository.prepare(defaultBranch: defaultBranch)
        return repository
    }

    private func prepare(defaultBranch: String) throws(GitError) {
        try Library.start()
        opened = try OpenedRepository(folder: folder, defaultBranch: defaultBranch)
    }

    /// The repository of libgit2; valid within the job that asked for it.
    func repository() throws(GitError) -> OpaquePointer {
        guard let opened else { throw .missing(folder) }
        return opened.pointer
    }
}

/// An open `git_repository`, closed with the last reference to it.
private final class OpenedRepository {
    private let handle: Handle

    var pointer: OpaquePointer { handle.pointer }

    init(folder: String, defaultBranch: String) throws(GitError) {
        if access(folder + "/HEAD", F_OK) != 0 {
            try Self.create(folder: folder, defaultBranch: defaultBranch)
        }
        handle = try GitRepository.openBare(folder)
    }

    private static func create(folder: String, defaultBranch: String) throws(GitError) {
        guard isValidRefName("refs/heads/" + defaultBranch) else {
            throw .invalidInput("\(defaultBranch) is not a branch name")
        }
        var options = git_repository_init_options()
        git_repository_init_options_init(
            &options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
        options.flags =
            GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKDIR.rawValue
            | GIT_REPOSITORY_INIT_MKPATH.rawValue
        var created: OpaquePointer?
        let code = defaultBranch.withCString { name in
            options.initial_head = name
            return git_repository_init_ext(&created, folder, &options)
        }
        try check(folder, code)
        git_repository_free(created)
    }
}

extension GitRepository {
    static func openBare(_ folder: String) throws(GitError) -> Handle {
        try gitHandle(folder, free: git_repository_free) {
            git_repository_open_bare($0, folder)
        }
    }
}

func isValidRefName(_ name: String) -> Bool {
    var valid: Int32 = 0
    return git_reference_name_is_valid(&valid, name) == 0 && valid == 1
}
