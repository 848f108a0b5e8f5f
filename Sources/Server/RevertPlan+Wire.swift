internal import Engine
internal import Model

extension RevertPlan {
    /// As it goes over the socket.
    var node: Node {
        .object(
            Mapping([
                ("application", .string(application)), ("repository", .string(repository)),
                ("branch", .string(branch)), ("head", .string(head)),
                ("reverted", .array(reverted.map(\.node))),
                ("otherApplications", .array(otherApplications.map(Node.string))),
            ]))
    }

    init?(node: Node) {
        guard let application = node["application"]?.stringValue,
            let repository = node["repository"]?.stringValue,
            let branch = node["branch"]?.stringValue, let head = node["head"]?.stringValue
        else { return nil }
        self.init(
            application: application, repository: repository, branch: branch, head: head,
            reverted: (node["reverted"]?.arrayValue ?? []).compactMap { Reverted(node: $0) },
            otherApplications: (node["otherApplications"]?.arrayValue ?? [])
                .compactMap(\.stringValue))
    }
}

extension RevertPlan.Reverted {
    fileprivate var node: Node {
        .object(
            Mapping([
                ("commit", .string(commit)), ("subject", .string(subject)),
                ("otherPaths", .array(otherPaths.map(Node.string))),
            ]))
    }

    fileprivate init?(node: Node) {
        guard let commit = node["commit"]?.stringValue, let subject = node["subject"]?.stringValue
        else { return nil }
        self.init(
            commit: commit, subject: subject,
            otherPaths: (node["otherPaths"]?.arrayValue ?? []).compactMap(\.stringValue))
    }
}
