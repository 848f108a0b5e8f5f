internal import Crypto
internal import Digests
internal import FoundationEssentials
internal import Glibc
public import Rendering
internal import Synchronization

/// Keys and certificates that charts made, each sealed in a file of its own outside the ledger.
///
/// A file holds nonce, ciphertext and tag of AES-256-GCM, one after the other. Its name tells nobody without the
/// key what it holds.
public struct ChartVault: Sendable {
    private let folder: String
    private let key: [UInt8]

    /// - Parameters:
    ///   - folder: Made when the first key is kept.
    ///   - key: 32 bytes.
    public init(folder: String, key: [UInt8]) {
        self.folder = folder
        self.key = key
    }

    /// Good for one rendering: a place that asks again gets another key, the same ones in each rendering.
    ///
    /// - Parameter scope: For what the chart is rendered, and its version: others share nothing with it.
    public func keeper(scope: String) -> ChartKeeper {
        let turns = Turns()
        return ChartKeeper { site, label, make in
            let place = "\(site.template):\(site.line):\(site.column)"
            let turn = turns.next("\(place)\n\(label)")
            let name = keyedDigest(of: "name\n\(scope)\n\(turn) \(place)\n\(label)", key: key)
            let path = "\(folder)/\(hex(name)).sealed"
            if let sealed = try read(path) { return try open(sealed, path) }
            let made = try make()
            try write(try seal(made), path)
            return made
        }
    }

    private func seal(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let box = try AES.GCM.seal(bytes, using: SymmetricKey(data: key)).combined else {
            throw ChartVaultError("a key of a chart cannot be sealed")
        }
        return Array(box)
    }

    private func open(_ sealed: [UInt8], _ path: String) throws -> [UInt8] {
        do {
            return Array(
                try AES.GCM.open(
                    AES.GCM.SealedBox(combined: sealed), using: SymmetricKey(data: key)))
        } catch {
            throw ChartVaultError(
                "\(path) is damaged or was sealed with another key; without it the key is made anew"
            )
        }
    }

    private func read(_ path: String) throws -> [UInt8]? {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            // Only what is certainly not there is made anew.
            if errno == ENOENT { return nil }
            throw failure(path, "read")
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw failure(path, "read") }
            if count == 0 { return bytes }
            bytes += piece[..<count]
        }
    }

    /// Whole or not at all, also when the machine fails: a key that was used must not be forgotten.
    private func write(_ bytes: [UInt8], _ path: String) throws {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(folder) }
        let unfinished = path + ".new"
        let file = Glibc.open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(unfinished) }
        let isWritten =
            bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) } == bytes.count
            && fsync(file) == 0
        let code = errno
        close(file)
        guard isWritten, rename(unfinished, path) == 0 else {
            if !isWritten { errno = code }
            let problem = failure(path)
            unlink(unfinished)
            throw problem
        }
        let directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    private func failure(_ path: String, _ what: String = "written") -> ChartVaultError {
        ChartVaultError(
            "\(path) cannot be \(what): \(String(cString: strerror(errno)))", mayPass: true)
    }
}

/// How often something was asked for.
private final class Turns: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func next(_ text: String) -> Int {
        counts.withLock { counts in
            counts[text, default: 0] += 1
            return counts[text, default: 0]
        }
    }
}

/// Why a key of a chart could not be read or kept.
public struct ChartVaultError: Error, CustomStringConvertible {
    public let description: String
    /// Whether it was the disk that failed, which may do better another time.
    public let mayPass: Bool

    init(_ description: String, mayPass: Bool = false) {
        self.description = description
        self.mayPass = mayPass
    }
}
