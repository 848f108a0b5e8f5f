internal import Digests
internal import FoundationEssentials
internal import Synchronization

/// Bytes by their SHA-256, a file for each: `FOLDER/sha256-…`.
///
/// Nothing in it is believed: a file is read, its digest is made, and a file that is not what its name says counts as absent.
struct ChartCache: Sendable {
    let folder: String

    func bytes(_ digest: Digest) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: path(digest)) else { return nil }
        let bytes = Array(data)
        return Digest(of: bytes) == digest ? bytes : nil
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
