internal import CGit2

/// The version of the libgit2 that this process runs with, such as `1.5.1`.
///
/// - Throws: `GitError.unsupportedLibrary` for one that cannot be used.
public func gitLibraryVersion() throws(GitError) -> String {
    try Library.start()
    var version: (Int32, Int32, Int32) = (0, 0, 0)
    git_libgit2_version(&version.0, &version.1, &version.2)
    return "\(version.0).\(version.1).\(version.2)"
}
