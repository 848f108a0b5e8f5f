internal import Digests
internal import EventLog
internal import Glibc
internal import Synchronization

/// The digests of files that this process has read as a whole, for as long as they do not change.
enum FileDigests {
    private struct Identity: Hashable {
        var device: UInt
        var inode: UInt
        var size: Int
        var modified: [Int]
        /// What nobody can set back.
        var changed: [Int]

        init(_ status: stat) {
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
            size = Int(status.st_size)
            modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
            changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
        }
    }

    private static let known = Mutex<[Identity: Digest]>([:])

    /// SHA-256 of a file, read a part at a time.
    static func digest(of path: String) throws(LedgerError) -> Digest {
        func failure() -> LedgerError { .ofSystem(path) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        let identity = Identity(status)
        if let digest = known.withLock({ $0[identity] }) { return digest }
        var builder = DigestBuilder()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw failure() }
            if count == 0 { break }
            builder.update(count == buffer.count ? buffer : Array(buffer[..<count]))
        }
        let digest = builder.finish()
        // One that was written to meanwhile is read again.
        guard fstat(descriptor, &status) == 0, Identity(status) == identity else { return digest }
        known.withLock { $0[identity] = digest }
        return digest
    }
}
