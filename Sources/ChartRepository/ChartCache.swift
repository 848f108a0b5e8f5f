internal import Digests
internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// Bytes by their SHA-256, a file for each: `FOLDER/sha256-…`.
///
/// Nothing in it is believed: a file is read, its digest is made, and a file that is not what its name says counts as absent.
/// The time of a file's last change is that of its last use: by it the folder is kept within its limit.
struct ChartCache: Sendable {
    let folder: String
    /// Of all files, in bytes.
    let limit: Int

    func bytes(_ digest: Digest) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: path(digest)) else { return nil }
        let bytes = Array(data)
        guard Digest(of: bytes) == digest else { return nil }
        // Without it, in a folder of somebody else, the file only goes earlier than it might.
        _ = utimes(path(digest), nil)
        return bytes
    }

    /// Keeps bytes; a reader sees all of them or none.
    func keep(_ bytes: [UInt8], _ digest: Digest) throws(ChartRepositoryError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            // Written beside and renamed; after a power cut the digest tells what is not whole.
            try Data(bytes).write(to: URL(fileURLWithPath: path(digest)), options: .atomic)
        } catch {
            throw .cache(folder, reason(error))
        }
    }

    /// Whether the folder holds more than it may.
    var isOverfull: Bool { files.reduce(0) { $0 + $1.bytes } > limit }

    /// Deletes what was not used for longest while the folder holds more than it may.
    ///
    /// A file that cannot be deleted is left where it is: another time is as good.
    ///
    /// - Parameter needed: What stays, also when the folder then goes on holding more.
    func makeRoom(sparing needed: Set<Digest>) {
        let files = files
        let spared = Set(needed.map(path))
        var held = files.reduce(0) { $0 + $1.bytes }
        for file in files.sorted(by: { ($0.used, $0.path) < ($1.used, $1.path) })
        where held > limit && !spared.contains(file.path) {
            try? FileManager.default.removeItem(atPath: file.path)
            held -= file.bytes
        }
    }

    private typealias File = (path: String, bytes: Int, used: Double)

    private var files: [File] {
        let manager = FileManager.default
        let names = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
        var files: [File] = []
        for name in names where name.hasPrefix("sha256-") {
            let path = "\(folder)/\(name)"
            guard let attributes = try? manager.attributesOfItem(atPath: path) else { continue }
            let used = attributes[.modificationDate] as? Date ?? .distantPast
            files.append(
                (path, attributes[.size] as? Int ?? 0, used.timeIntervalSinceReferenceDate))
        }
        return files
    }

    private func path(_ digest: Digest) -> String { "\(folder)/sha256-\(digest)" }

    private func reason(_ error: any Error) -> String {
        guard let error = error as? CocoaError else { return printable("\(error)") }
        return switch error.code {
        case .fileWriteNoPermission, .fileReadNoPermission: "permission denied"
        case .fileWriteOutOfSpace: "no space left on device"
        case .fileWriteVolumeReadOnly: "the file system is read-only"
        case .fileWriteFileExists: "there is something else of that name"
        default: "it cannot be written to (\(error.code.rawValue))"
        }
    }
}
