internal import EventLog
internal import Glibc
internal import Model
internal import SQLiteLedger
internal import Synchronization

/// A generated ledger in a file.
struct LedgerFile {
    let path: String
    let events: Int64

    /// Writes a ledger of at least `count` events, unless the file is there already.
    static func generated(_ path: String, events count: Int) async throws -> LedgerFile {
        if access(path, F_OK) == 0 {
            let there = try SQLiteLedger.openForReading(path: path)
            return LedgerFile(path: path, events: try await there.head())
        }
        let history = Mutex(GeneratedHistory(seed: 1))
        let ledger = try SQLiteLedger.create(
            path: path, programVersion: "bench", tokenKeyID: "00000000",
            time: TimeSource(
                now: { history.withLock { $0.now } },
                uptime: { history.withLock { .seconds($0.now.seconds) } }),
            random: seededBytes())
        var head = try await ledger.head()
        while head < count {
            let batch = history.withLock { $0.next(min(2000, count - Int(head))) }
            head = try await ledger.append(batch).last?.position ?? head
        }
        return LedgerFile(path: path, events: head)
    }

    static func seededBytes() -> RandomSource {
        let generator = Mutex(SplitMix64(state: 2))
        return RandomSource { count in
            generator.withLock { generator in
                (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            }
        }
    }

    /// The bytes of the file and of its log.
    var bytes: Int { Self.size(path) + Self.size(path + "-wal") }

    static func size(_ path: String) -> Int {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        return max(0, Int(lseek(file, 0, SEEK_END)))
    }
}

/// A folder that is removed with everything in it.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    var template = Array("/var/tmp/tidemark-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw BenchFailure("cannot make a folder in /var/tmp") }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        if let entries = opendir(folder) {
            while let entry = readdir(entries) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                unlink(folder + "/" + name)
            }
            closedir(entries)
        }
        rmdir(folder)
    }
    return try await body(folder)
}
