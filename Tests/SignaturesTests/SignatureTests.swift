import Digests
import Foundation
import Model
import Signatures
import TestSupport
import Testing

/// Signatures of real programs, made in the test.
@Suite("Signatures", .timeLimit(.minutes(2)))
struct SignatureTests {
    private let checker = SignatureChecker()
    private let data = Array("tidemark approved plan-17 0123\n".utf8)

    // MARK: - SSH

    @Test(.enabled(if: Tool.sshKeygen.isThere, "ssh-keygen is missing: openssh-client"))
    func aKeyOfTheTrustFileVerifies() async throws {
        let keys = try Keys()
        let key = try keys.make("b")
        for (kind, name) in [("ed25519", "ed"), ("ecdsa", "ec")] {
            let key = try keys.make(name, kind: kind)
            let trust = keys.trust("b@example.com \(key.publicKey)")
            let signature = try keys.sign(data, key, "tidemark-plan")
            let verdict = try await checker.checkSSH(
                signature, of: data, namespace: "tidemark-plan", trust: trust)
            #expect(verdict == .verified(signer: "b@example.com", key: key.fingerprint), "\(kind)")
        }
        let signed = try await checker.sign(data, namespace: "tidemark-plan", keyFile: key.path)
        let trust = keys.trust("c@example.com,d@example.com \(key.publicKey)")
        let verdict = try await checker.checkSSH(
            signed, of: data, namespace: "tidemark-plan", trust: trust)
        #expect(verdict == .verified(signer: "c@example.com", key: key.fingerprint))
        #expect(trust.digest == Digest(of: trust.bytes))
    }

    @Test(.enabled(if: Tool.sshKeygen.isThere, "ssh-keygen is missing: openssh-client"))
    func whatTheTrustFileDoesNotVouchForIsUntrusted() async throws {
        let keys = try Keys()
        let (key, other) = (try keys.make("b"), try keys.make("c"))
        let signature = try keys.sign(data, key, "tidemark-plan")
        for line in [
            "c@example.com \(other.publicKey)", "",
            "b@example.com namespaces=\"git\" \(key.publicKey)",
            "b@example.com valid-before=\"20200101\" \(key.publicKey)",
        ] {
            let verdict = try await checker.checkSSH(
                signature, of: data, namespace: "tidemark-plan", trust: keys.trust(line))
            #expect(verdict == .untrusted, "\(line)")
        }
    }

    @Test(.enabled(if: Tool.sshKeygen.isThere, "ssh-keygen is missing: openssh-client"))
    func aKeyIsJudgedByTheTimeThatIsAskedAbout() async throws {
        let keys = try Keys()
        let key = try keys.make("b")
        let signature = try keys.sign(data, key, "git")
        let trust = keys.trust(
            "b@example.com valid-after=\"20250101Z\",valid-before=\"20260101Z\" \(key.publicKey)")
        for (time, isValid) in [
            ("2024-12-31T23:59:59Z", false), ("2025-06-01T00:00:00Z", true),
            ("2026-01-02T00:00:00Z", false),
        ] {
            let verdict = try await checker.checkSSH(
                signature, of: data, namespace: "git", trust: trust, at: Timestamp(time))
            #expect((verdict != .untrusted) == isValid, "\(time)")
        }
    }

    @Test(.enabled(if: Tool.sshKeygen.isThere, "ssh-keygen is missing: openssh-client"))
    func otherBytesAnotherPurposeAndNoSignatureAreInvalid() async throws {
        let keys = try Keys()
        let key = try keys.make("b")
        let trust = keys.trust("b@example.com \(key.publicKey)")
        let signature = try keys.sign(data, key, "tidemark-plan")
        func verdict(_ signature: String, _ data: [UInt8], _ namespace: String) async throws
            -> SignatureVerdict
        {
            try await checker.checkSSH(signature, of: data, namespace: namespace, trust: trust)
        }
        #expect(try await verdict(signature, data + [0x0A], "tidemark-plan") == .invalid)
        #expect(try await verdict(signature, [], "tidemark-plan") == .invalid)
        #expect(try await verdict(signature, data, "tidemark-evidence") == .invalid)
        #expect(try await verdict("", data, "tidemark-plan") == .invalid)
        #expect(try await verdict("signed, b", data, "tidemark-plan") == .invalid)
        let cut = String(signature.prefix(80))
        #expect(try await verdict(cut, data, "tidemark-plan") == .invalid)
        // More than a pipe holds, to a program that does not read it.
        let long = [UInt8](repeating: 7, count: 1 << 20)
        #expect(try await verdict(cut, long, "tidemark-plan") == .invalid)
    }

    @Test func theFilesOfACheckAreReadByNobodyElseAndGoneAfterwards() async throws {
        let folder = try TemporaryFolder()
        let seen = folder.url.path + "/seen"
        let script = try program(
            folder,
            "stat -c '%a %n' /proc/self/cwd \"$4\" \"$6\" \"$7\" \"$8\" >> '\(seen)'; exit 1")
        let checks = folder.url.appendingPathComponent("checks")
        try FileManager.default.createDirectory(
            at: checks, withIntermediateDirectories: false)
        let checker = SignatureChecker(gpgv: script, folder: checks.path)
        let verdict = try await checker.checkOpenPGP(
            "x", of: data, trust: TrustFile(path: "t", bytes: [1]))
        #expect(verdict == .invalid)
        let lines = try String(contentsOfFile: seen, encoding: .utf8).split(separator: "\n")
        let modes = lines.dropFirst().map { $0.prefix(3) }
        #expect(modes == ["700", "600", "600", "600"], "\(lines)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: checks.path).isEmpty)
    }

    /// A program of a few lines.
    private func program(_ folder: TemporaryFolder, _ lines: String) throws -> String {
        let script = folder.url.appendingPathComponent("program")
        try "#!/bin/sh\n\(lines)\n".write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: script.path)
        return script.path
    }

    // MARK: - OpenPGP

    @Test(.enabled(if: Tool.gpg.isThere && Tool.gpgv.isThere, "gpg or gpgv is missing"))
    func anOpenPGPSignatureIsCheckedAgainstItsKeyring() async throws {
        let keys = try Keys()
        let trusted = try keys.makeOpenPGP("Engineer A <a@example.com>")
        let other = try keys.makeOpenPGP("Other <o@example.com>")
        let signature = try keys.signOpenPGP(data, trusted)
        func verdict(_ signature: String, _ data: [UInt8]) async throws -> SignatureVerdict {
            try await checker.checkOpenPGP(signature, of: data, trust: trusted.keyring)
        }
        #expect(
            try await verdict(signature, data)
                == .verified(signer: "Engineer A <a@example.com>", key: trusted.fingerprint))
        #expect(try await verdict(signature, data + [0]) == .invalid)
        #expect(try await verdict(try keys.signOpenPGP(data, other), data) == .untrusted)
        #expect(try await verdict("no signature", data) == .invalid)
        #expect(try await verdict("", []) == .invalid)
        let armoured = TrustFile(
            path: "keys.asc", bytes: Array("-----BEGIN PGP PUBLIC KEY BLOCK-----\n".utf8))
        await #expect(throws: SignatureError.armouredKeyring(path: "keys.asc")) {
            try await checker.checkOpenPGP(signature, of: data, trust: armoured)
        }
    }

    // MARK: - What goes wrong

    @Test func aMissingProgramIsNamed() async throws {
        let checker = SignatureChecker(sshKeygen: "no-such-program", gpgv: "/nowhere/gpgv")
        let trust = TrustFile(path: "t", bytes: [])
        await #expect(throws: SignatureError.missingProgram("no-such-program")) {
            try await checker.checkSSH(
                "-----BEGIN SSH SIGNATURE-----", of: data, namespace: "git", trust: trust)
        }
        await #expect(throws: SignatureError.missingProgram("/nowhere/gpgv")) {
            try await checker.checkOpenPGP("x", of: data, trust: trust)
        }
        await #expect(throws: SignatureError.missingProgram("no-such-program")) {
            try await checker.locateSSHKeygen()
        }
        #expect(SignatureError.missingProgram("gpgv").hint == "apt-get install gpgv")
    }

    @Test func aProgramThatDoesNotEndIsKilled() async throws {
        let folder = try TemporaryFolder()
        let script = try program(folder, "exec sleep 60")
        let checker = SignatureChecker(gpgv: script, deadline: .milliseconds(200))
        let start = ContinuousClock.now
        await #expect(
            throws: SignatureError.deadline(program: script, after: .milliseconds(200))
        ) {
            try await checker.checkOpenPGP(
                "x", of: data, trust: TrustFile(path: "t", bytes: [1]))
        }
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func aTrustFileThatCannotBeReadIsNamed() {
        #expect(
            throws: SignatureError.unreadable(
                path: "/nowhere/signers", reason: "No such file or directory")
        ) { try TrustFile(path: "/nowhere/signers") }
    }
}
