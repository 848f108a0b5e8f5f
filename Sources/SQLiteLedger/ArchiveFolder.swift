internal import EventLog
internal import Glibc

/// Folders in which archives are kept, beside whatever else.
extension ArchiveFile {
    /// The files of a folder that are archives, of whichever ledger, by name; folders within it are not looked into.
    ///
    /// By what they begin with: archives have the names that people gave them. One with a journal beside it is
    /// being written, or was when its writer was killed, and is none yet. Of a file that this account may not
    /// read its name must do.
    ///
    /// - Parameter known: Names that archives had when they were written.
    /// - Throws: `.io` when the folder cannot be read, or a file of such a name.
    static func all(inFolder folder: String, known: Set<String>) throws(LedgerError) -> [String] {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        var paths: [String] = []
        for name in try names(inFolder: folder).sorted() {
            let path = prefix + name
            if !known.contains(name), access(path, R_OK) != 0 { continue }
            if try isArchive(path), !fileExists(path + "-journal") { paths.append(path) }
        }
        return paths
    }

    private static func names(inFolder folder: String) throws(LedgerError) -> [String] {
        guard let entries = opendir(folder) else { throw LedgerError.ofSystem(folder) }
        defer { closedir(entries) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(entries) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
            errno = 0
        }
        guard errno == 0 else { throw LedgerError.ofSystem(folder) }
        return names
    }

    /// Whether a file has the header of a SQLite database with the id of archives.
    ///
    /// Source: https://www.sqlite.org/fileformat.html#the_database_header
    private static func isArchive(_ path: String) throws(LedgerError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        guard let stream = fopen(path, "rbe") else { throw LedgerError.ofSystem(path) }
        defer { fclose(stream) }
        var header = [UInt8](repeating: 0, count: 100)
        guard fread(&header, 1, header.count, stream) == header.count else {
            guard ferror(stream) == 0 else { throw LedgerError.ofSystem(path) }
            return false
        }
        let id = header[68..<72].reduce(0) { $0 << 8 | Int($1) }
        return header.starts(with: Array("SQLite format 3\0".utf8)) && id == applicationID
    }
}

func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
