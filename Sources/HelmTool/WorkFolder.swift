internal import FoundationEssentials
internal import Glibc

/// A folder of mode 0700, gone with all that is in it once nobody holds it.
final class WorkFolder: Sendable {
    let path: String

    init() throws(HelmProgramError) {
        let root = FileManager.default.temporaryDirectory.path
        var template = Array("\(root)/tidemark-helm-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            throw .broken("\(root): \(String(cString: strerror(errno)))")
        }
        path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// - Parameter name: A path that stays within the folder.
    func write(_ bytes: [UInt8], to name: String) throws(HelmProgramError) {
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
            throw .broken("\(name) leaves the folder")
        }
        let file = "\(path)/\(name)"
        do {
            let parent = file[..<(file.lastIndex(of: "/") ?? file.startIndex)]
            try FileManager.default.createDirectory(
                atPath: String(parent), withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(filePath: file))
        } catch {
            throw .broken("\(name) cannot be written: \(error)")
        }
    }
}
