internal import GitRepository
internal import Glibc
internal import Model
internal import Rendering

/// Who wrote the lines of a chart's files, where its folder lies in a working copy of Git.
struct LineAuthors {
    private let repository: GitRepository
    /// What is checked out.
    private let head: CommitID
    /// The folder from the root of the working copy: empty, or with a slash at its end.
    private let prefix: String
    private let files: [String: [UInt8]]
    private var lines: [String: [CommitID]] = [:]
    private var commits: [CommitID: Commit] = [:]
    /// Of what is packed.
    private var archives: [String: Commit?] = [:]

    /// - Parameters:
    ///   - folder: Of the chart; `nil` when it has no folder.
    ///   - files: What is in it.
    /// - Returns: `nil` when it lies in no working copy, or nothing is committed there.
    init?(_ folder: String?, _ files: [ChartFile]) async {
        guard let folder, let real = realpath(folder, nil) else { return nil }
        defer { free(real) }
        let path = String(cString: real)
        var root = path
        while !Files.exists(root + "/.git/HEAD") {
            guard root != "/", !root.isEmpty else { return nil }
            root = Files.folder(of: root)
        }
        guard let repository = try? await GitRepository.open(root + "/.git"),
            let bytes = try? Files.read(root + "/.git/HEAD")
        else { return nil }
        // A branch, or the id of a commit.
        let name = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        let revision = CommitID(name) == nil ? "" : name
        guard let head = try? await repository.resolve(revision) else { return nil }
        self.repository = repository
        self.head = head
        prefix = path == root ? "" : String(path.dropFirst(root.count + 1)) + "/"
        self.files = Dictionary(files.map { ($0.name, $0.bytes) }, uniquingKeysWith: { $1 })
    }

    /// The commit of a line, or of the archive that it is packed into; `nil` when it is not committed as it is.
    ///
    /// - Parameter template: With the name of the chart, such as `web/templates/_helpers.tpl`.
    mutating func commit(of template: String, line: Int) async -> Commit? {
        let file = String(template.drop { $0 != "/" }.dropFirst())
        if files[file] == nil, let archive = packedChart(of: file, among: files.keys) {
            if let known = archives[archive] { return known }
            let commit =
                await isCommitted(archive)
                ? try? await repository.lastChange(of: prefix + archive, at: head) : nil
            archives[archive] = .some(commit)
            return commit
        }
        if lines[file] == nil { lines[file] = await blame(file) }
        guard let ids = lines[file], ids.indices.contains(line - 1) else { return nil }
        let id = ids[line - 1]
        if commits[id] == nil { commits[id] = try? await repository.commit(id, pathLimit: 0) }
        return commits[id]
    }

    private func blame(_ file: String) async -> [CommitID] {
        guard await isCommitted(file) else { return [] }
        return (try? await repository.blame(prefix + file, at: head)) ?? []
    }

    private func isCommitted(_ file: String) async -> Bool {
        let committed = try? await repository.file(at: head, path: prefix + file)
        return committed != nil && committed == files[file]
    }
}

/// The archive in the folder `charts` of a chart that a file is packed into, such as `web/charts/db-1.0.0.tgz` of
/// `web/charts/db/values.yaml`; `nil` when it is in none.
func packedChart(of file: String, among paths: some Sequence<String>) -> String? {
    let parts = file.split(separator: "/")
    for (index, part) in parts.enumerated().dropLast(2) where part == "charts" {
        let start = parts[...(index + 1)].joined(separator: "/") + "-"
        let packed = paths.filter { path in
            path.hasPrefix(start) && path.hasSuffix(".tgz")
                && path.dropFirst(start.count).first?.isNumber == true
        }
        if let first = packed.min() { return first }
    }
    return nil
}
