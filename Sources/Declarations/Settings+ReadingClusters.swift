internal import Model

extension Settings.Environment {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard
            reading.hasObject(
                path, known: SettingsFields.environment, unsupported: inlineSecrets)
        else { return nil }
        let name = reading.requiredString(path.appending("name"))
        if let name, !isSubdomainName(name) {
            reading.refuse(
                path.appending("name"), "\"\(name)\" is no name of an environment",
                hint: "use lower-case letters, digits, - and .")
        }
        let cluster = Self.cluster(&reading, path)
        let server = reading.string(path.appending("server"))
        let mode: Settings.Mode? = reading.choice(path.appending("mode"))
        let deadline = reading.duration(path.appending("deadline"))
        let rule = Settings.ApprovalRule(&reading, path.appending("requireApproval"))
        guard let name, let cluster else { return nil }
        self.init(
            name: name, cluster: cluster, server: server, mode: mode ?? .apply,
            deadline: deadline ?? Self.standardDeadline, requireApproval: rule)
    }

    private static func cluster(_ reading: inout StrictReading, _ path: FieldPath) -> Cluster? {
        let kubeconfig = path.appending("kubeconfig")
        let context = path.appending("context")
        let sandbox = path.appending("sandbox")
        // `sandbox:` with nothing behind it means one with nothing set.
        let parent = reading.node(path)
        let hasSandbox = parent?["sandbox"] != nil
        switch (reading.node(kubeconfig) != nil, hasSandbox) {
        case (true, false):
            let file = reading.requiredString(kubeconfig)
            let name = reading.string(context)
            return file.map { .kubeconfig(path: $0, context: name) }
        case (false, true):
            if reading.node(context) != nil {
                reading.refuseField(context, "belongs to a kubeconfig, not to a sandbox")
            }
            guard reading.node(sandbox) != nil else { return .sandbox(data: nil, port: nil) }
            guard reading.hasObject(sandbox, known: SettingsFields.sandbox) else { return nil }
            let data = reading.string(sandbox.appending("data"))
            let port = reading.integer(sandbox.appending("port"), in: 0...65535)
            return .sandbox(data: data, port: port == 0 ? nil : port)
        case (false, false):
            reading.refuse(path, "names no cluster", hint: "give it a kubeconfig or a sandbox")
            return nil
        case (true, true):
            reading.refuse(path, "has both a kubeconfig and a sandbox", hint: "keep one of them")
            return nil
        }
    }
}

extension Settings.Repository {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard
            reading.hasObject(path, known: SettingsFields.repository, unsupported: inlineSecrets)
        else { return nil }
        let kind: Kind = reading.choice(path.appending("type")) ?? .git
        let url = reading.repositoryURL(path.appending("url"), isOfCharts: kind != .git)
        let name = reading.string(path.appending("name")) ?? ""
        let credentials = Credentials(&reading, path.appending("credentials"))
        let poll = reading.duration(path.appending("poll"))
        let deadline = reading.duration(path.appending("deadline"))
        let signatures = Signatures(&reading, path.appending("signatures"))
        guard let url, let credentials else { return nil }
        self.init(
            name: name.isEmpty ? url : name, url: url, credentials: credentials,
            poll: poll ?? Self.standardPoll, deadline: deadline ?? Self.standardDeadline,
            signatures: signatures)
        self.kind = kind
        caFile = reading.filled(path.appending("caFile"))
        check(&reading, path)
    }

    /// Refuses what does not go together.
    private func check(_ reading: inout StrictReading, _ path: FieldPath) {
        guard kind != .git else {
            if caFile != nil {
                reading.refuseField(
                    path.appending("caFile"), "goes with charts: type: helm or type: oci")
            }
            return
        }
        let isHTTP = url.hasPrefix("https://") || url.hasPrefix("http://")
        if kind == .helm, !isHTTP {
            reading.refuse(
                path.appending("url"), "is no URL of a repository with an index",
                hint: url.hasPrefix("oci://") ? "type: oci" : "https://HOST/PATH")
        }
        if kind == .oci, url.contains("://"), !url.hasPrefix("oci://") {
            reading.refuse(
                path.appending("url"), "is no URL of a registry", hint: "oci://HOST/PATH")
        }
        if reading.node(path.appending("signatures")) != nil {
            reading.refuseField(path.appending("signatures"), "goes with type: git")
        }
        if case .ssh = credentials {
            reading.refuse(
                path.appending("credentials"), "an SSH key goes with type: git",
                hint: "a username with a password, or a token")
        }
    }
}

/// Fields whose value would be a secret itself.
private var inlineSecrets: KeyValuePairs<String, String> {
    [
        "password":
            "values of secrets do not belong here: name a passwordFile or passwordEnvironment",
        "token": "values of secrets do not belong here: name a tokenFile or tokenEnvironment",
        "sshKey": "values of secrets do not belong here: name an sshKeyFile",
        "sshPassphrase":
            "values of secrets do not belong here: name an sshPassphraseFile or "
            + "sshPassphraseEnvironment",
    ]
}

extension Settings.Repository.Credentials {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.node(path) != nil else {
            self = .none
            return
        }
        guard
            reading.hasObject(path, known: SettingsFields.credentials, unsupported: inlineSecrets)
        else { return nil }
        let username = reading.string(path.appending("username"))
        let password = Settings.SecretSource(&reading, path, "password")
        let token = Settings.SecretSource(&reading, path, "token")
        let passphrase = Settings.SecretSource(&reading, path, "sshPassphrase")
        let key = reading.string(path.appending("sshKeyFile"))
        if passphrase != nil, key == nil {
            reading.refuse(path, "has a passphrase but no sshKeyFile")
            return nil
        }
        switch (password, token, key) {
        case (let password?, nil, nil):
            guard let username, !username.isEmpty else {
                reading.refuse(path, "has a password but no username")
                return nil
            }
            self = .basic(username: username, password: password)
        case (nil, let token?, nil):
            if username != nil {
                reading.refuse(
                    path.appending("username"), "a token needs no username",
                    hint: "with a username, name the token as its password")
            }
            self = .token(token)
        case (nil, nil, let key?):
            self = .ssh(username: username ?? "git", keyFile: key, passphrase: passphrase)
        case (nil, nil, nil):
            reading.refuse(path, "names no password, token or key")
            return nil
        default:
            reading.refuse(path, "has more than one of password, token and key")
            return nil
        }
    }
}

extension Settings.SecretSource {
    /// What `<name>File` or `<name>Environment` says; both together are a mistake.
    fileprivate init?(_ reading: inout StrictReading, _ path: FieldPath, _ name: String) {
        let filePath = path.appending(name + "File")
        let variablePath = path.appending(name + "Environment")
        let file = reading.node(filePath) == nil ? nil : reading.requiredString(filePath)
        let variable =
            reading.node(variablePath) == nil ? nil : reading.requiredString(variablePath)
        switch (file, variable) {
        case (let file?, nil): self = .file(file)
        case (nil, let variable?): self = .environment(variable)
        case (nil, nil): return nil
        case (let file?, _?):
            reading.refuse(
                variablePath, "stands beside \(name)File", hint: "keep one of them")
            self = .file(file)
        }
    }
}
