internal import FoundationEssentials
internal import Glibc
internal import Model

/// Files, as the commands need them; errors name the path and the reason.
enum Files {
    static func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure("cannot read \(path)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read \(path)") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Writes a new file; `false` when there is one already.
    static func create(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if file < 0, errno == EEXIST { return false }
        guard file >= 0 else { throw failure("cannot write \(path)") }
        defer { close(file) }
        try write(bytes, to: file, path)
        guard fsync(file) == 0 else { throw failure("cannot write \(path)") }
        return true
    }

    /// Writes a file in place of another, so that a reader sees the old or the new one, whole.
    static func replace(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws {
        let draft = path + ".new"
        unlink(draft)
        _ = try create(draft, bytes, mode: mode)
        guard Glibc.rename(draft, path) == 0 else { throw failure("cannot write \(path)") }
        try syncFolder(of: path)
    }

    /// Gives a file another name, where nothing is yet.
    static func move(_ path: String, to other: String) throws {
        guard link(path, other) == 0, unlink(path) == 0 else {
            throw failure("cannot move \(path) to \(other)")
        }
        try syncFolder(of: other)
    }

    /// Gives a file another name in its folder, where nothing is yet, at once and durably.
    static func rename(_ path: String, to other: String) throws {
        guard !exists(other) else {
            throw CommandError("cannot move \(path)", because: "\(other) is there")
        }
        guard Glibc.rename(path, other) == 0 else { throw failure("cannot move \(path)") }
        try syncFolder(of: other)
    }

    /// Removes a file durably, if it is there.
    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("cannot remove \(path)") }
        try syncFolder(of: path)
    }

    /// Makes durable which files a folder holds.
    ///
    /// Source: https://man7.org/linux/man-pages/man2/fsync.2.html
    private static func syncFolder(of path: String) throws {
        let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot write \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("cannot write \(path)") }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether this account may read a file, or would find out that there is none.
    static func isReachable(_ path: String) -> Bool {
        access(path, R_OK) == 0 || errno != EACCES
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The permission bits; `nil` without such a file.
    static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    /// Makes a folder and those above it.
    static func createFolder(_ path: String, mode: mode_t = 0o755) throws {
        if isFolder(path) { return }
        let parent = folder(of: path)
        if parent != path { try createFolder(parent) }
        if mkdir(path, mode) != 0, errno != EEXIST { throw failure("cannot make \(path)") }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The files and links below a folder, by their path from it.
    static func tree(_ folder: String) throws -> FileTree {
        guard isFolder(folder) else {
            throw CommandError("cannot read \(folder)", because: "it is no folder")
        }
        var tree = FileTree()
        try add(folder, below: "", to: &tree)
        return tree
    }

    private static func add(_ folder: String, below prefix: String, to tree: inout FileTree) throws
    {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        for name in names where name != ".git" {
            let full = folder + "/" + name
            var status = stat()
            guard lstat(full, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try add(full, below: prefix + name + "/", to: &tree)
            case S_IFREG: tree.entries[prefix + name] = .file(try read(full))
            case S_IFLNK:
                tree.entries[prefix + name] = .link(
                    target: try FileManager.default.destinationOfSymbolicLink(atPath: full))
            default: break
            }
        }
    }

    private static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.write(file, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot write \(path)") }
            offset += count
        }
    }

    private static func failure(_ summary: String) -> CommandError {
        CommandError(summary, because: String(cString: strerror(errno)).lowercased())
    }
}
