/// Files of one commit, by their path from the root of the repository.
///
/// A tree read for one folder also holds what links in it point to elsewhere in the repository.
public struct FileTree: Sendable {
    public enum Entry: Equatable, Sendable {
        case file([UInt8])
        /// A symbolic link, with its target as it is written in the repository.
        case link(target: String)
    }

    /// By path, with `/` between the parts and neither at the start nor at the end.
    public var entries: [String: Entry]

    public init(entries: [String: Entry] = [:]) { self.entries = entries }

    /// All paths in ascending order of their UTF-8 bytes.
    public var sortedPaths: [String] {
        entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
