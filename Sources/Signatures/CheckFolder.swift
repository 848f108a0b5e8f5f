internal import Glibc

/// The files of one check: a folder of mode 0700, gone with its files once nobody holds it.
final class CheckFolder: Sendable {
    let path: String
    private let names: [String]

    /// Writes the files, each of mode 0600.
    ///
    /// - Parameter root: The folder to make it in.
    init(in root: String, _ files: [(name: String, bytes: [UInt8])]) throws(SignatureError) {
        var template = Array("\(root)/tidemark-check-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            throw .unreadable(path: root, reason: String(cString: strerror(errno)))
        }
        path = String(cString: made)
        names = files.map(\.name)
        for file in files { try Self.write(file.bytes, to: "\(path)/\(file.name)") }
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    func path(_ name: String) -> String { "\(path)/\(name)" }

    private static func write(_ bytes: [UInt8], to path: String) throws(SignatureError) {
        func failure() -> SignatureError {
            .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
    }
}
