internal import Glibc

/// Held by whoever moves refs of a mirror; the kernel lets go of it when that process ends.
///
/// While it is held, every `*.lock` below `refs` was left behind by a killed process.
struct MirrorLock: ~Copyable {
    private let descriptor: Int32
    private let folder: String

    /// - Throws: `GitError.busy` when another process holds the lock and `waits` is false.
    init(folder: String, waits: Bool) throws(GitError) {
        let path = folder + "/tidemark.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .damaged(path, message: String(cString: strerror(errno)))
        }
        while flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            if errno == EINTR { continue }
            close(descriptor)
            throw .busy(folder: folder)
        }
        self.descriptor = descriptor
        self.folder = folder
    }

    deinit { close(descriptor) }

    /// Removes the lock files and half-written packs of processes that were killed.
    func removeLeftovers() {
        for name in ["HEAD.lock", "packed-refs.lock", "config.lock"] { unlink("\(folder)/\(name)") }
        removeFiles(in: "\(folder)/refs", depth: 32) { $0.hasSuffix(".lock") }
        removeFiles(in: "\(folder)/objects/pack", depth: 0) { $0.hasPrefix("pack_") }
    }

    private func removeFiles(in path: String, depth: Int, where matches: (String) -> Bool) {
        guard let stream = opendir(path) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." { continue }
            if entry.pointee.d_type == UInt8(DT_DIR) {
                if depth > 0 {
                    removeFiles(in: "\(path)/\(name)", depth: depth - 1, where: matches)
                }
            } else if matches(name) {
                unlink("\(path)/\(name)")
            }
        }
    }
}
