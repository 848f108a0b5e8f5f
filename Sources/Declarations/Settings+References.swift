public import Model

extension Settings {
    /// Refuses names that are used twice, and names of things that are not there.
    func checkReferences(_ reading: inout StrictReading) {
        for (list, field) in [
            ("repositories", "name"), ("repositories", "url"), ("environments", "name"),
            ("environments", "server"), ("identities", "name"), ("witnesses", "url"),
            ("witnesses", "key"),
        ] {
            Self.refuseRepeated(&reading, FieldPath(list), field)
        }
        let isWhole = reading.problems.isEmpty
        for element in reading.elements(FieldPath("promotion")) where isWhole {
            guard let name = reading.node(element)?.stringValue,
                !environments.contains(where: { $0.name == name })
            else { continue }
            reading.refuse(
                element, "there is no environment \(name)",
                hint: suggestion(for: name, among: environments.map(\.name)))
        }
        if isWhole, Set(promotion).count != promotion.count {
            reading.refuse(FieldPath("promotion"), "names an environment twice")
        }
        Self.checkAccounts(&reading)
        if isWhole { checkSignatureEnvironments(&reading) }
        if isWhole { checkFolders(&reading) }
        if let anchor, let repository = repository(named: anchor.repository),
            repository.kind != .git
        {
            reading.refuse(
                FieldPath("anchor", "repository"),
                "\(anchor.repository) holds charts; checkpoints go to Git")
        } else if let anchor, repository(named: anchor.repository) == nil {
            reading.refuse(
                FieldPath("anchor", "repository"), "there is no repository \(anchor.repository)",
                hint: suggestion(for: anchor.repository, among: repositories.map(\.name)))
        }
    }

    private func checkFolders(_ reading: inout StrictReading) {
        let list = FieldPath("applications")
        let isList = reading.node(list)?.arrayValue != nil
        for element in isList ? reading.elements(list) : [list] {
            let path = element.appending("repository")
            guard let name = reading.node(path)?.stringValue else { continue }
            if let repository = repository(named: name) {
                if repository.kind != .git {
                    reading.refuse(path, "\(name) holds charts; applications are declared in Git")
                }
                continue
            }
            reading.refuse(
                path, "there is no repository \(name)",
                hint: suggestion(for: name, among: repositories.map(\.name)))
        }
    }

    /// An account is one person's.
    private static func checkAccounts(_ reading: inout StrictReading) {
        var seen: [String: SourceLocation] = [:]
        for identity in reading.elements(FieldPath("identities")) {
            let accounts = identity.appending("accounts")
            for index in (reading.node(accounts)?.arrayValue ?? []).indices {
                let path = accounts.appending(.index(index))
                guard let account = reading.node(path)?.stringValue else { continue }
                if let first = seen[account] {
                    reading.refuse(path, "\(account) is already an account of \(first)")
                } else {
                    seen[account] = reading.location(path)
                }
            }
        }
    }

    private static func refuseRepeated(
        _ reading: inout StrictReading, _ list: FieldPath, _ field: String
    ) {
        var seen: [String: SourceLocation] = [:]
        for index in (reading.node(list)?.arrayValue ?? []).indices {
            let path = list.appending(.index(index)).appending(field)
            guard let text = reading.node(path)?.stringValue else { continue }
            if let first = seen[text] {
                reading.refuse(path, "\(text) is already in \(first)")
            } else {
                seen[text] = reading.location(path)
            }
        }
    }

    /// What an application refers to and these settings do not have: its cluster or its repository.
    public func problems(of application: Application) -> [Problem] {
        var problems: [Problem] = []
        if environment(for: application.destination) == nil {
            let cluster = application.destination.cluster
            problems.append(
                Problem(
                    at: application.location, field: FieldPath("spec", "destination"),
                    "there is no environment \(cluster)",
                    hint: suggestion(for: cluster.description, among: environments.map(\.name))
                        ?? "declare it under environments in tidemark.yaml"))
        }
        for (index, source) in application.sources.enumerated()
        where repository(of: source) == nil {
            problems.append(
                Problem(
                    at: application.location,
                    field: application.sources.count == 1
                        ? FieldPath("spec", "source", "repoURL")
                        : FieldPath([
                            .key("spec"), .key("sources"), .index(index), .key("repoURL"),
                        ]),
                    "there is no repository \(source.repoURL)"
                        + (source.chart == nil ? "" : " of charts"),
                    hint: "declare it under repositories in tidemark.yaml"
                        + (source.chart == nil ? "" : ", with type: helm or type: oci")))
        }
        return problems
    }
}
