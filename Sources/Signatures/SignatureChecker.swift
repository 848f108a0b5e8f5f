internal import Glibc
public import Model

/// Checks signatures with `ssh-keygen` and `gpgv`, each run under a deadline.
public struct SignatureChecker: Sendable {
    let sshKeygen: Program
    let gpgv: Program
    /// Where the files of checks are put.
    let folder: String

    /// - Parameters:
    ///   - sshKeygen: Its name on the PATH, or its path.
    ///   - gpgv: The same.
    ///   - deadline: How long one run of either may take.
    ///   - folder: For the files of checks while they run; the system's for such files when `nil`.
    public init(
        sshKeygen: String = "ssh-keygen", gpgv: String = "gpgv", deadline: Duration = .seconds(10),
        folder: String? = nil
    ) {
        self.folder = folder ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        self.sshKeygen = Program(name: sshKeygen, deadline: deadline)
        self.gpgv = Program(name: gpgv, deadline: deadline)
    }

    /// The paths of the programs that checks with these trust files need.
    ///
    /// - Throws: `SignatureError.missingProgram`.
    public func locateSSHKeygen() async throws(SignatureError) -> String {
        try await sshKeygen.locate()
    }

    /// - Throws: `SignatureError.missingProgram`.
    public func locateGPGV() async throws(SignatureError) -> String { try await gpgv.locate() }
}

// MARK: - SSH

extension SignatureChecker {
    /// Checks an armoured SSH signature.
    ///
    /// - Parameters:
    ///   - namespace: What the signature is for: `git` of commits.
    ///   - time: When the key must have been valid by the trust file; now when `nil`.
    ///
    /// Source: https://man.openbsd.org/ssh-keygen.1 (-Y find-principals, verify, check-novalidate; ALLOWED SIGNERS);
    /// the order of the questions is Git's: https://github.com/git/git/blob/master/gpg-interface.c (verify_ssh_signed_buffer)
    public func checkSSH(
        _ signature: String, of data: [UInt8], namespace: String, trust: TrustFile,
        at time: Timestamp? = nil
    ) async throws(SignatureError) -> SignatureVerdict {
        guard isSSHSignature(signature) else { return .invalid }
        let folder = try CheckFolder(
            in: self.folder,
            [
                ("signature", Array(signature.utf8)), ("data", data), ("signers", trust.bytes),
            ])
        let moment = time.map { ["-Overify-time=\($0.digits)"] } ?? []
        let found = try await sshKeygen.run(
            ["-Y", "find-principals", "-f", folder.path("signers")]
                + ["-s", folder.path("signature")] + moment)
        let principals = found.isSuccess ? found.output.split(separator: "\n") : []
        for principal in principals {
            let answer = try await sshKeygen.run(
                ["-Y", "verify", "-n", namespace, "-f", folder.path("signers")]
                    + ["-I", String(principal), "-s", folder.path("signature")] + moment,
                input: folder.path("data"))
            if answer.isSuccess, let key = fingerprint(in: answer.output) {
                return .verified(signer: String(principal), key: key)
            }
        }
        let answer = try await sshKeygen.run(
            ["-Y", "check-novalidate", "-n", namespace, "-s", folder.path("signature")],
            input: folder.path("data"))
        return answer.isSuccess ? .untrusted : .invalid
    }

    /// Signs with a key file, or with its public half when an agent has the other.
    ///
    /// - Parameter deadline: Long enough for a person to type a passphrase.
    /// - Returns: The armoured signature.
    public func sign(
        _ data: [UInt8], namespace: String, keyFile: String, deadline: Duration = .seconds(120)
    ) async throws(SignatureError) -> String {
        let folder = try CheckFolder(in: self.folder, [("data", data)])
        var program = sshKeygen
        program.deadline = deadline
        let answer = try await program.run(
            ["-Y", "sign", "-n", namespace, "-f", keyFile], input: folder.path("data"))
        guard answer.isSuccess, isSSHSignature(answer.output) else {
            throw .failed(program: program.name, message: answer.complaint)
        }
        return answer.output
    }
}

/// Whether a text is an armoured SSH signature.
///
/// Source: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig (1. Armored format)
public func isSSHSignature(_ text: String) -> Bool {
    text.hasPrefix("-----BEGIN SSH SIGNATURE-----")
}

/// `SHA256:…` of `Good "git" signature for a with ED25519 key SHA256:…`.
private func fingerprint(in output: String) -> String? {
    let line = output.split(separator: "\n").first { $0.hasPrefix("Good ") }
    guard let word = line?.split(separator: " ").last, word.hasPrefix("SHA256:") else {
        return nil
    }
    return String(word)
}

extension Timestamp {
    /// `20261102100500`, in the time zone of the program: UTC.
    fileprivate var digits: String { String(secondsText.filter(\.isNumber)) }
}

// MARK: - OpenPGP

extension SignatureChecker {
    /// Checks an armoured, detached OpenPGP signature.
    ///
    /// A key that has expired or was revoked is `untrusted`, and so is a signature that has expired.
    ///
    /// Source: https://github.com/gpg/gnupg/blob/master/doc/DETAILS (Format of the --status-fd output)
    public func checkOpenPGP(_ signature: String, of data: [UInt8], trust: TrustFile)
        async throws(SignatureError) -> SignatureVerdict
    {
        if trust.bytes.starts(with: Array("-----BEGIN PGP".utf8)) {
            throw .armouredKeyring(path: trust.path)
        }
        let folder = try CheckFolder(
            in: self.folder,
            [
                ("signature", Array(signature.utf8)), ("data", data), ("keyring", trust.bytes),
            ])
        let answer = try await gpgv.run([
            "--status-fd", "1", "--homedir", folder.path, "--keyring", folder.path("keyring"),
            folder.path("signature"), folder.path("data"),
        ])
        return verdict(of: answer)
    }

    private func verdict(of answer: Program.Answer) -> SignatureVerdict {
        let lines = answer.output.split(separator: "\n").compactMap { line -> [Substring]? in
            let words = line.split(separator: " ", maxSplits: 3)
            return words.first == "[GNUPG:]" ? Array(words.dropFirst()) : nil
        }
        func all(_ keyword: String) -> [[Substring]] { lines.filter { $0.first == keyword[...] } }
        if !all("BADSIG").isEmpty { return .invalid }
        // More than one signature would leave open whose it is.
        if answer.isSuccess, all("NEWSIG").count == 1, let good = all("GOODSIG").first,
            let valid = all("VALIDSIG").first, good.count == 3, valid.count > 1
        {
            return .verified(signer: unescaped(good[2]), key: String(valid[1]))
        }
        let isKnownToBeSigned = ["ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "GOODSIG"].contains {
            !all($0).isEmpty
        }
        return isKnownToBeSigned ? .untrusted : .invalid
    }
}

/// A user id without its `%XX` escapes.
private func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Substring(text).utf8
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"),
            let value = UInt8(String(Substring(rest.prefix(2))), radix: 16)
        {
            bytes.append(value)
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
