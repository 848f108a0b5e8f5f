public import EventLog
internal import Glibc

/// The right to write a ledger: an advisory lock on `PATH.lock`, held until this value goes.
///
/// The file holds the writer's pid. The kernel lets go of the lock when the process ends, however it ends.
/// Source: https://man7.org/linux/man-pages/man2/flock.2.html
final class WriterLock: Sendable {
    private let descriptor: Int32

    init(_ path: String) throws(LedgerError) {
        let file = path + ".lock"
        // Not inherited by children: a worker that outlives the writer must not keep its lock.
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LedgerError.ofSystem(file)
        }
        if let reason = Self.take(descriptor) {
            let pid = Self.readPID(descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw LedgerError.io("\(file): \(String(cString: strerror(reason)))")
            }
            throw LedgerError.locked(path: path, pid: pid)
        }
        let text = Array("\(getpid())\n".utf8)
        // The pid is a courtesy for the error message; the lock itself does not depend on it.
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
    }

    deinit { close(descriptor) }

    /// Takes the lock; otherwise the reason why not.
    ///
    /// A ledger of this process that is let go of is gone only once no queue holds it any more: that is waited
    /// for, up to a second.
    private static func take(_ descriptor: Int32) -> Int32? {
        for _ in 0..<100 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return nil }
            let reason = errno
            guard reason == EWOULDBLOCK, readPID(descriptor) == getpid() else { return reason }
            usleep(10_000)
        }
        return EWOULDBLOCK
    }

    private static func readPID(_ descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: buffer[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}

/// Space kept back so that outcomes can be recorded when the disk is full.
struct Reserve: Sendable {
    static let bytes = 16 << 20
    let path: String

    init(of ledger: String) { path = ledger + ".reserve" }

    /// Takes the space; `false` when the disk does not have it.
    func take() -> Bool {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        if posix_fallocate(descriptor, 0, Self.bytes) == 0 { return true }
        // What was allocated in part must not make the shortage worse.
        unlink(path)
        return false
    }

    func release() { unlink(path) }
}

/// Makes the entries of the folder that holds `path` durable.
func syncFolder(of path: String) throws(LedgerError) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
        throw LedgerError.ofSystem(folder)
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
        throw LedgerError.ofSystem(folder)
    }
}

extension LedgerError {
    /// What the call of the system that failed last means for a file.
    static func ofSystem(_ path: String) -> LedgerError {
        switch errno {
        case ENOSPC, EDQUOT: .noSpace(path: path, reason: nil)
        default: .io("\(path): \(String(cString: strerror(errno)))")
        }
    }

    /// What `.full` means to somebody who does not know which ledger it is about.
    public static func noSpace(ledger path: String) -> LedgerError {
        .noSpace(
            path: path,
            reason: "nothing new is recorded there before \(Reserve.bytes >> 20) MiB are free")
    }
}

func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

func renameFile(_ from: String, to: String) throws(LedgerError) {
    guard rename(from, to) == 0 else {
        throw LedgerError.ofSystem(to)
    }
}

func removeFile(_ path: String) { unlink(path) }
