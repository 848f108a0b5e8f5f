internal import Declarations
public import GitRepository
internal import Model

/// What a commit that reverts would take back: shown before it is made.
///
/// Git takes back whole commits: what they changed outside of the application's folder goes back, too.
public struct RevertPlan: Hashable, Sendable {
    public struct Reverted: Hashable, Sendable {
        public var commit: String
        public var subject: String
        /// What the commit changed outside of the application's folder, ascending.
        public var otherPaths: [String]

        public init(commit: String, subject: String, otherPaths: [String] = []) {
            self.commit = commit
            self.subject = subject
            self.otherPaths = otherPaths
        }
    }

    public var application: String
    public var repository: String
    public var branch: String
    /// The commit that the new one builds upon.
    public var head: String
    /// Newest first: the order in which they are taken back.
    public var reverted: [Reverted]
    /// Other applications of whose folders something is taken back, ascending.
    public var otherApplications: [String]

    public init(
        application: String, repository: String, branch: String, head: String,
        reverted: [Reverted], otherApplications: [String] = []
    ) {
        self.application = application
        self.repository = repository
        self.branch = branch
        self.head = head
        self.reverted = reverted
        self.otherApplications = otherApplications
    }

    public var touchesOthers: Bool { reverted.contains { !$0.otherPaths.isEmpty } }

    /// What a person must know besides the commits: whom else the revert concerns; `nil` when nobody.
    public var warning: String? {
        guard touchesOthers else { return nil }
        let paths = Set(reverted.flatMap(\.otherPaths)).sorted()
        let shown = paths.prefix(10).joined(separator: ", ")
        let more = paths.count > 10 ? " and \(paths.count - 10) more" : ""
        let others =
            otherApplications.isEmpty
            ? "" : "; this concerns \(otherApplications.joined(separator: ", "))"
        return "whole commits are taken back, also outside of the folder of \(application): "
            + shown + more + others
    }
}

/// A commit that reverts, and what became of it.
public struct RevertCommit: Hashable, Sendable {
    public var commit: CommitID
    /// What is out of the ordinary: an earlier attempt that is finished now, or others who are concerned.
    public var note: String?
}

extension RevertPlan {
    /// - Parameters:
    ///   - commits: Those that came since, oldest first; only the ones that concern the application are
    ///     taken back.
    ///   - limit: The newest so many of them; `nil` for all.
    ///   - others: Every other application of the repository.
    ///   - isHere: Whether a source is in the repository.
    ///   - declaredHere: The applications whose manifests are there.
    init(
        _ application: Application, repository: String, branch: String, head: CommitID,
        commits: [Commit], limit: Int?, others: [Application],
        isHere: (Application.Source) -> Bool, declaredHere: Set<String>
    ) {
        func concerns(_ path: String, _ application: Application) -> Bool {
            application.mayRead(path, where: isHere)
                || path == application.location.file && declaredHere.contains(application.name)
        }
        let concerned = commits.reversed().filter { commit in
            commit.changedPathsTruncated
                || commit.changedPaths.contains { concerns($0, application) }
        }
        let reverted = concerned.prefix(limit ?? .max).map { commit in
            Reverted(
                commit: commit.id.description, subject: commit.subject,
                otherPaths: commit.changedPaths.filter { !concerns($0, application) }.sorted()
            )
        }
        let paths = reverted.flatMap(\.otherPaths)
        self.init(
            application: application.name, repository: repository, branch: branch,
            head: head.description, reverted: Array(reverted),
            otherApplications: others.filter { other in
                other.name != application.name
                    && paths.contains { concerns($0, other) }
            }.map(\.name).sorted())
    }
}
