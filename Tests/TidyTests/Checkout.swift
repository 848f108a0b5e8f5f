import Foundation

/// The files of this checkout that are, or could be, committed.
struct Checkout {
    struct File {
        /// Within the checkout: `Sources/Model/Node.swift`.
        var path: String
        /// The lines as written.
        var lines: [String]
        /// The lines without comments and with empty strings, for Swift files only.
        var code: [String]
        private var bytes: Data

        init(_ path: String, _ text: String) {
            func lines(_ text: String) -> [String] {
                var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
                if lines.last?.isEmpty == true { lines.removeLast() }
                return lines.map { String(Substring($0)) }
            }
            self.path = path
            self.lines = lines(text)
            code = path.hasSuffix(".swift") ? lines(codeOnly(text)) : []
            bytes = Data(text.utf8)
        }

        /// Whether the text stands anywhere in the file, also within a longer word: a quick first look.
        func mayContain(_ text: String) -> Bool {
            bytes.range(of: Data(text.utf8)) != nil
        }

        var folder: String { String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)) }
        /// `Model` of `Sources/Model/Node.swift`.
        var target: String? {
            let parts = path.split(separator: "/")
            return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
        }
        var isSwift: Bool { path.hasSuffix(".swift") }
        /// Data of tests, recorded from other programs.
        var isFixture: Bool { path.contains("/Fixtures/") || path.contains("/Golden/") }
    }

    var files: [File]
    /// Every file and folder, for links.
    var paths: Set<String>

    /// The files named here, with these texts.
    init(_ texts: KeyValuePairs<String, String>) {
        files = texts.map { File($0.key, $0.value) }
        paths = []
        for (path, _) in texts {
            let parts = path.split(separator: "/")
            for count in 1...parts.count {
                paths.insert(parts.prefix(count).joined(separator: "/"))
            }
        }
    }

    /// Reads the checkout this test was built from; binary files count as paths only.
    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let ignored = try Self.ignoredNames(root.appendingPathComponent(".gitignore"))
        files = []
        paths = []
        var pending = [""]
        while let folder = pending.popLast() {
            let url = root.appendingPathComponent(folder)
            for name in try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
            where !ignored(name) {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                paths.insert(path)
                var isFolder: ObjCBool = false
                let file = root.appendingPathComponent(path)
                _ = FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
                if isFolder.boolValue {
                    pending.append(path)
                } else if let text = try? String(contentsOf: file, encoding: .utf8) {
                    files.append(File(path, text))
                }
            }
        }
        files.sort { $0.path < $1.path }
    }

    /// The patterns of `.gitignore`, which are names with a `*` at one end at most.
    private static func ignoredNames(_ file: URL) throws -> (String) -> Bool {
        let patterns = try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
        return { name in
            name == ".git"
                || patterns.contains { pattern in
                    if pattern.hasPrefix("*") { return name.hasSuffix(pattern.dropFirst()) }
                    if pattern.hasSuffix("*") { return name.hasPrefix(pattern.dropLast()) }
                    return name == pattern
                }
        }
    }
}
