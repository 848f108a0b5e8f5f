import Foundation

/// The files of the stored format, in `schema` at the root of the repository.
enum SchemaFolder {
    static let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("schema")

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: url.appendingPathComponent(path)))
    }

    /// What is in a file other than these bytes, or `nil`; `UPDATE_GOLDEN=1` writes it instead.
    static func difference(_ bytes: [UInt8], _ path: String) throws -> String? {
        let file = url.appendingPathComponent(path)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file, options: .atomic)
            return nil
        }
        guard let stored = try? self.bytes(path) else { return "\(path) does not exist" }
        guard stored != bytes else { return nil }
        let same = zip(stored, bytes).prefix { $0 == $1 }.count
        let window = { (all: [UInt8]) in
            String(decoding: all.dropFirst(max(0, same - 20)).prefix(60), as: UTF8.self)
        }
        return "\(path) differs at byte \(same): …\(window(stored))… is now …\(window(bytes))…"
    }

    /// The names of the files in a folder.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: url.appendingPathComponent(folder).path
        ).sorted()
    }
}
