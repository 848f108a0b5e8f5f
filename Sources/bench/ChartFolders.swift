internal import Glibc
internal import Model

/// The folders with a Chart.yaml, but those of charts within charts.
func chartFolders(_ given: String?) throws -> [String] {
    let fixtures = "Tests/RenderingTests/Fixtures/"
    let roots = [fixtures + "helm/charts", fixtures + "oracle"] + [given].compactMap { $0 }
    var found: [String] = []
    for root in roots {
        guard let absolute = realpath(root, nil) else {
            throw BenchFailure("there is no folder \(root): run from the repository's root")
        }
        defer { free(absolute) }
        let root = String(cString: absolute)
        let folders = try names(in: root, below: "").filter { $0.hasSuffix("/Chart.yaml") }
            .map { String($0.dropLast("/Chart.yaml".count)) }
        found += folders.filter { folder in
            !folders.contains { folder.hasPrefix($0 + "/") }
        }.map { "\(root)/\($0)" }
    }
    return found.sorted()
}

/// All files below a folder, by their paths from there.
private func names(in root: String, below folder: String) throws -> [String] {
    guard let handle = opendir("\(root)/\(folder)") else {
        throw BenchFailure("cannot read the folder \(root)/\(folder)")
    }
    defer { closedir(handle) }
    var found: [String] = []
    while let entry = readdir(handle) {
        let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
        guard name != ".", name != ".." else { continue }
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        switch Int(entry.pointee.d_type) {
        case Int(DT_DIR): found += try names(in: root, below: path)
        case Int(DT_REG): found.append(path)
        default: continue
        }
    }
    return found
}

func fileTree(_ folder: String) throws -> FileTree {
    var tree = FileTree()
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try addFiles(of: descriptor, named: folder, below: "", to: &tree)
    return tree
}

/// Adds what an open folder and those below it hold; closes it.
private func addFiles(
    of descriptor: Int32, named folder: String, below prefix: String, to tree: inout FileTree
) throws {
    guard let handle = fdopendir(descriptor) else {
        throw BenchFailure("cannot read the folder \(folder)")
    }
    defer { closedir(handle) }
    while let entry = readdir(handle) {
        try withUnsafePointer(to: &entry.pointee.d_name.0) { start in
            // The system finds a name from an open folder faster than the whole path.
            switch Int(entry.pointee.d_type) {
            case Int(DT_DIR):
                let name = String(cString: start)
                guard name != ".", name != ".." else { return }
                let below = openat(descriptor, start, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                try addFiles(
                    of: below, named: "\(folder)/\(name)", below: "\(prefix)\(name)/", to: &tree)
            case Int(DT_REG):
                let path = prefix + String(cString: start)
                let file = openat(descriptor, start, O_RDONLY | O_CLOEXEC)
                tree.entries[path] = .file(try contents(of: file, named: path))
            default: return
            }
        }
    }
}

func contents(of path: String) throws -> [UInt8] {
    try contents(of: open(path, O_RDONLY | O_CLOEXEC), named: path)
}

/// Reads an open file and closes it.
private func contents(of file: Int32, named path: String) throws -> [UInt8] {
    guard file >= 0 else { throw BenchFailure("cannot read \(path)") }
    defer { close(file) }
    var status = stat()
    // The kernel's own files say that they have no size.
    guard fstat(file, &status) == 0 else { throw BenchFailure("cannot read \(path)") }
    let size = status.st_size > 0 ? Int(status.st_size) : 1 << 16
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        while count < size {
            let read = Glibc.read(file, buffer.baseAddress?.advanced(by: count), size - count)
            guard read > 0 else { break }
            count += read
        }
    }
}
