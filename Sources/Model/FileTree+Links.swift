extension FileTree {
    /// What a path leads to once every symbolic link on the way is followed.
    public enum Resolution: Equatable, Sendable {
        /// `path` is free of links.
        case file(path: String, bytes: [UInt8])
        case folder(path: String)
        case missing
        /// The path, or a link on the way, points to somewhere that is not in the repository.
        case outside
        /// The links lead in a circle, or there are more than `linksFollowedMax`.
        case loop
    }

    /// As many as the Linux kernel follows.
    ///
    /// Source: https://man7.org/linux/man-pages/man7/path_resolution.7.html
    public static let linksFollowedMax = 40

    /// Follows `path`, links in folders and in the last part included.
    public func resolve(_ path: String) -> Resolution {
        // Nothing lies below a link, so what has a path of its own is reached without one.
        if case .file(let bytes)? = entries[path] { return .file(path: path, bytes: bytes) }
        if path.hasPrefix("/") { return .outside }
        var pending: [Substring] = path.split(separator: "/").reversed()
        var reached: [Substring] = []
        var linksFollowed = 0
        while let part = pending.popLast() {
            if part == "." { continue }
            if part == ".." {
                if reached.popLast() == nil { return .outside }
                continue
            }
            reached.append(part)
            switch entries[reached.joined(separator: "/")] {
            case .link(let target):
                linksFollowed += 1
                if linksFollowed > Self.linksFollowedMax { return .loop }
                if target.hasPrefix("/") { return .outside }
                reached.removeLast()
                pending += target.split(separator: "/").reversed()
            case .file:
                if !pending.isEmpty { return .missing }
            case nil: break
            }
        }
        let end = reached.joined(separator: "/")
        if case .file(let bytes) = entries[end] { return .file(path: end, bytes: bytes) }
        let isFolder = end.isEmpty || entries.keys.contains { $0.hasPrefix(end + "/") }
        return isFolder ? .folder(path: end) : .missing
    }

    /// The files and links in `folder`, and with `recurse` in the folders below it, as Go's `filepath.Walk` meets them.
    ///
    /// Folder by folder, names in ascending order of their bytes: what is in `a/` comes before `a.yaml`.
    ///
    /// Source: https://pkg.go.dev/path/filepath#Walk
    public func paths(in folder: String, recurse: Bool) -> [String] {
        walk(folder, recurse: recurse).map(\.key)
    }

    /// The same, with what is there.
    public func walk(_ folder: String, recurse: Bool) -> [(key: String, value: Entry)] {
        let prefix = folder.isEmpty ? "" : folder + "/"
        let isWhole = folder.isEmpty && recurse
        var found = isWhole ? Array(entries) : []
        for entry in entries where !isWhole && entry.key.hasPrefix(prefix) {
            let name = entry.key.utf8.dropFirst(prefix.utf8.count)
            if recurse || !name.contains(UInt8(ascii: "/")) { found.append(entry) }
        }
        found.sort { Self.isWalkedBefore($0.key, $1.key) }
        return found
    }

    private static func isWalkedBefore(_ a: String, _ b: String) -> Bool {
        var (a, b) = (a, b)
        return a.withUTF8 { a in
            b.withUTF8 { b in
                var place = 0
                while place < a.count, place < b.count, a[place] == b[place] { place += 1 }
                guard place < a.count, place < b.count else { return a.count < b.count }
                let slash = UInt8(ascii: "/")
                return (a[place] == slash ? 0 : a[place]) < (b[place] == slash ? 0 : b[place])
            }
        }
    }
}
