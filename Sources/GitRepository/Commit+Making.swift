extension Commit {
    /// A commit from its parts, for sources that are no Git repository.
    public init(
        id: CommitID, parents: [CommitID], author: Identity, message: String, changedPaths: [String]
    ) {
        self.init(
            id: id, tree: "", parents: parents, author: author, committer: author, message: message,
            trailers: [], changedPaths: changedPaths, changedPathsTruncated: false, signature: nil)
    }
}
