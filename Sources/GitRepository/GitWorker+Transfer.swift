internal import CGit2

/// One fetch or push over libgit2's own transports, in the child process.
struct Transfer {
    private let request: WorkerRequest
    private let login: Login

    init(_ request: WorkerRequest) throws(WorkerFailure) {
        self.request = request
        login = try Login(request)
        if request.credentials == "ssh" { try Self.requireHostKeys() }
    }

    /// - Returns: The full name of the remote's default branch, after a fetch that found one.
    ///
    /// - Throws: `WorkerFailure` without secret values, whatever libgit2 or the remote said.
    func run() throws(WorkerFailure) -> String? {
        do {
            return try transfer()
        } catch let error as WorkerFailure {
            throw login.redacted(error)
        } catch let error as GitError {
            throw login.redacted(WorkerFailure(error))
        } catch {
            throw login.redacted(WorkerFailure("damaged", "\(error)"))
        }
    }

    private func transfer() throws -> String? {
        let repository = try GitRepository.openBare(request.folder)
        let remote = try gitHandle("the remote", free: git_remote_free) {
            [pointer = repository.pointer] in
            git_remote_create_anonymous($0, pointer, request.url)
        }
        if let push = request.push {
            try self.push(push, from: repository.pointer, over: remote.pointer)
            return nil
        }
        let lock = try MirrorLock(folder: request.folder, waits: true)
        lock.removeLeftovers()
        let branch = try fetch(into: repository.pointer, over: remote.pointer)
        withExtendedLifetime(lock) {}
        return branch
    }

    private func fetch(
        into repository: OpaquePointer, over remote: OpaquePointer
    ) throws -> String? {
        try connect(remote, GIT_DIRECTION_FETCH)
        try forgetIncoming(in: repository, except: Set(try advertised(by: remote).keys))
        let branch = defaultBranch(of: remote)
        var options = git_fetch_options()
        git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
        options.callbacks = callbacks()
        options.prune = GIT_FETCH_NO_PRUNE
        options.update_fetchhead = 0
        options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        let specs = [
            "+refs/heads/*:refs/incoming/heads/*", "+refs/tags/*:refs/incoming/tags/*",
        ]
        let code = withStringArray(specs) { git_remote_fetch(remote, $0, &options, nil) }
        guard code == 0 else { throw failure(code, connecting: false) }
        return branch
    }

    private func push(
        _ push: WorkerRequest.Push, from repository: OpaquePointer, over remote: OpaquePointer
    ) throws {
        try connect(remote, GIT_DIRECTION_PUSH)
        let name = "refs/heads/" + push.branch
        let current = try advertised(by: remote)[name]
        if current == push.commit { return }
        guard current == push.expected else {
            throw WorkerFailure(
                "rejected",
                current.map { "it stands at \($0.prefix(7))" } ?? "it does not exist on the remote")
        }
        var options = git_push_options()
        git_push_options_init(&options, UInt32(GIT_PUSH_OPTIONS_VERSION))
        options.callbacks = callbacks()
        let source = try makeOutgoing(push.commit, in: repository)
        let code = withStringArray(["\(source):\(name)"]) {
            git_remote_upload(remote, $0, &options)
        }
        let failure = code == 0 ? nil : failure(code, connecting: false)
        try check(source, git_reference_remove(repository, source))
        if code == GIT_ENONFASTFORWARD.rawValue {
            throw WorkerFailure("rejected", "the push would leave commits behind")
        }
        if let failure { throw failure }
        if let rejection = login.rejection { throw WorkerFailure("rejected", rejection) }
    }

    private func connect(
        _ remote: OpaquePointer, _ direction: git_direction
    ) throws(WorkerFailure) {
        var callbacks = callbacks()
        let code = git_remote_connect(remote, direction, &callbacks, nil, nil)
        guard code == 0 else { throw failure(code, connecting: true) }
    }

    /// What a failed call means for the person who set the repository up.
    private func failure(_ code: Int32, connecting: Bool) -> WorkerFailure {
        let message = lastMessage()
        let group = git_error_t(UInt32(bitPattern: lastClass()))
        if login.wasRefused || code == GIT_EAUTH.rawValue {
            return WorkerFailure("authentication", message)
        }
        // What libssh2 says of a key that it cannot open.
        if message.contains("Unable to extract public key from private key") {
            return WorkerFailure(
                "credentials", "the private key cannot be opened",
                hint: "is it an Ed25519 or ECDSA key, and its passphrase the right one?")
        }
        if code == GIT_ECERTIFICATE.rawValue { return WorkerFailure("untrusted", message) }
        let network = [GIT_ERROR_NET, GIT_ERROR_SSL, GIT_ERROR_SSH, GIT_ERROR_HTTP, GIT_ERROR_OS]
        let isNetwork = connecting || network.contains(group)
        return WorkerFailure(isNetwork ? "unreachable" : "damaged", message)
    }

    private func callbacks() -> git_remote_callbacks {
        var callbacks = git_remote_callbacks()
        git_remote_init_callbacks(&callbacks, UInt32(GIT_REMOTE_CALLBACKS_VERSION))
        callbacks.payload = Unmanaged.passUnretained(login).toOpaque()
        callbacks.credentials = { credential, url, username, allowed, payload in
            guard let payload else { return GIT_EAUTH.rawValue }
            return Unmanaged<Login>.fromOpaque(payload).takeUnretainedValue().answer(
                credential, url: url.map { String(cString: $0) } ?? "",
                username: username.map { String(cString: $0) }, allowed: allowed)
        }
        callbacks.push_update_reference = { _, status, payload in
            if let payload, let status {
                let login = Unmanaged<Login>.fromOpaque(payload).takeUnretainedValue()
                login.rejection = String(cString: status)
            }
            return 0
        }
        return callbacks
    }

    private func defaultBranch(of remote: OpaquePointer) -> String? {
        var name = git_buf()
        defer { git_buf_dispose(&name) }
        // An empty repository has none, and some servers do not say.
        guard git_remote_default_branch(&name, remote) == 0, let text = name.ptr else { return nil }
        return String(cString: text)
    }

    /// The refs of the connected remote with their unpeeled ids.
    private func advertised(by remote: OpaquePointer) throws(WorkerFailure) -> [String: String] {
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        let code = git_remote_ls(&heads, &count, remote)
        guard code == 0 else { throw failure(code, connecting: true) }
        var result: [String: String] = [:]
        for index in 0..<count {
            guard let head = heads?[index], let text = head.pointee.name else { continue }
            result[String(cString: text)] = CommitID(head.pointee.oid).description
        }
        return result
    }

    /// libgit2 checks host keys against ~/.ssh/known_hosts by itself from 1.5.1 on.
    ///
    /// Source: https://github.com/libgit2/libgit2/security/advisories/GHSA-8643-3wh5-rmjq
    private static func requireHostKeys() throws(WorkerFailure) {
        var version: (Int32, Int32, Int32) = (0, 0, 0)
        git_libgit2_version(&version.0, &version.1, &version.2)
        if version < (1, 5, 1) {
            throw WorkerFailure(
                "credentials", "libgit2 before 1.5.1 does not check ssh host keys",
                hint: "install libgit2 1.5.1 or later, or use https")
        }
        if git_libgit2_features() & Int32(GIT_FEATURE_SSH.rawValue) == 0 {
            throw WorkerFailure(
                "credentials", "this libgit2 was built without ssh",
                hint: "use https, or install a libgit2 with libssh2")
        }
    }
}

/// Calls with an array of C strings that lives during the call.
private func withStringArray<Result>(
    _ texts: [String], _ body: (UnsafePointer<git_strarray>) -> Result
) -> Result {
    var bytes = texts.map { $0.utf8CString.map { $0 } }
    var pointers: [UnsafeMutablePointer<CChar>?] = []
    for index in bytes.indices {
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes[index].count)
        copy.initialize(from: &bytes[index], count: bytes[index].count)
        pointers.append(copy)
    }
    defer { for pointer in pointers { pointer?.deallocate() } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
        var array = git_strarray(strings: buffer.baseAddress, count: buffer.count)
        return body(&array)
    }
}
