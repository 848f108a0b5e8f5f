internal import Declarations
internal import Engine
internal import Model
internal import Signatures

extension Workspace {
    /// The trusted keys that `tidemark.yaml` names.
    var trustedKeys: TrustedKeys {
        var repositories: [String: TrustedKeys.OfCommits] = [:]
        for repository in settings.repositories {
            repositories[repository.name] = TrustedKeys.OfCommits(
                allowedSigners: repository.signatures.allowedSigners.map(path),
                keyring: repository.signatures.keyring.map(path))
        }
        return TrustedKeys(people: settings.allowedSigners.map(path), repositories: repositories)
    }

    /// One file of trusted keys: what it is for, and whether `gpgv` reads it.
    struct NamedTrustFile: Sendable {
        var purpose: String
        var path: String
        var isKeyring: Bool
    }

    /// Every file of trusted keys that `tidemark.yaml` names.
    var trustFiles: [NamedTrustFile] {
        var files: [NamedTrustFile] = []
        if let file = settings.allowedSigners {
            files.append(
                NamedTrustFile(purpose: "signers of plans", path: path(file), isKeyring: false))
        }
        for repository in settings.repositories {
            let purpose = "signers of \(repository.name)"
            if let file = repository.signatures.allowedSigners {
                files.append(NamedTrustFile(purpose: purpose, path: path(file), isKeyring: false))
            }
            if let file = repository.signatures.keyring {
                files.append(
                    NamedTrustFile(
                        purpose: "keyring of \(repository.name)", path: path(file), isKeyring: true)
                )
            }
        }
        return files
    }
}

extension Workspace.NamedTrustFile {
    /// Whether signatures can be checked against it: it is there, and so is the program that reads it.
    ///
    /// - Returns: What was found.
    func examine() async throws -> String {
        let file = try TrustFile(path: path)
        let checker = SignatureChecker()
        let program =
            isKeyring ? try await checker.locateGPGV() : try await checker.locateSSHKeygen()
        // A check of nothing: an armoured keyring is found out.
        if isKeyring { _ = try await checker.checkOpenPGP("", of: [], trust: file) }
        return "\(path), read by \(program)"
    }
}
