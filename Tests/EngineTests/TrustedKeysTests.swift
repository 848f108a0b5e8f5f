import Engine
import EventLog
import Foundation
import GitRepository
import Signatures
import TestSupport
import Testing

/// Commits that real `git` has signed, checked against real trust files.
@Suite("Trusted keys", .timeLimit(.minutes(2)))
struct TrustedKeysTests {
    private static let hasSSH = isThere("git") && isThere("ssh-keygen")
    private static let hasOpenPGP = hasSSH && isThere("gpg") && isThere("gpgv")

    private static func isThere(_ name: String) -> Bool {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }

    private struct ShellFailure: Error { var status: Int32 }

    /// A folder with a repository and keys in it.
    private struct Workshop {
        let folder: TemporaryFolder
        var path: String { folder.url.path }

        init() throws {
            folder = try TemporaryFolder()
            try shell(
                """
                git init -q -b main repository
                cd repository
                git config user.name 'Engineer A'
                git config user.email a@example.com
                git config commit.gpgsign false
                """)
        }

        func shell(_ script: String) throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-ec", script]
            process.currentDirectoryURL = folder.url
            process.environment = ProcessInfo.processInfo.environment.merging(
                ["GNUPGHOME": path + "/gnupg", "HOME": path, "GIT_CONFIG_NOSYSTEM": "1"]) { $1 }
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw ShellFailure(status: process.terminationStatus)
            }
        }

        func head() async throws -> Commit {
            let repository = try await GitRepository.open(path + "/repository/.git")
            let id = try await repository.resolve("main")
            let commits = try await repository.commits(from: nil, to: id, limit: 1).commits
            guard let commit = commits.last else { throw ShellFailure(status: 0) }
            return commit
        }

        func keys(_ signers: String? = nil, keyring: String? = nil) -> TrustedKeys {
            TrustedKeys(
                people: signers.map { "\(path)/\($0)" },
                repositories: [
                    "platform": .init(
                        allowedSigners: signers.map { "\(path)/\($0)" },
                        keyring: keyring.map { "\(path)/\($0)" })
                ])
        }
    }

    @Test(.enabled(if: hasSSH, "git or ssh-keygen is missing"))
    func aCommitSignedWithSSH() async throws {
        let shop = try Workshop()
        try shop.shell(
            """
            ssh-keygen -q -t ed25519 -N '' -C a -f a
            ssh-keygen -q -t ed25519 -N '' -C b -f b
            echo "a@example.com namespaces=\\"git\\" $(cat a.pub)" > signers
            echo "b@example.com $(cat b.pub)" > others
            cd repository
            git -c gpg.format=ssh -c user.signingkey=../a commit -q -S --allow-empty -m signed
            """)
        let commit = try await shop.head()
        let verified = await shop.keys("signers").check(commit, of: "platform")
        #expect(verified.signature == .verified && verified.warning == nil)
        #expect(verified.evidence?.signer == "a@example.com")
        #expect(verified.evidence?.key.hasPrefix("SHA256:") == true)
        #expect(verified.evidence?.format == .ssh && verified.evidence?.signature == nil)
        let file = try TrustFile(path: shop.path + "/signers")
        #expect(verified.evidence?.trust == file.digest)
        #expect(
            await shop.keys("others").check(commit, of: "platform") == CheckedSignature(.untrusted))
        #expect(await shop.keys().check(commit, of: "platform") == CheckedSignature(.unverified))
        var forged = commit
        forged.signature?.signedPayload.append(0x0A)
        #expect(
            await shop.keys("signers").check(forged, of: "platform") == CheckedSignature(.invalid))
        let missing = await shop.keys("nowhere").check(commit, of: "platform")
        #expect(missing.signature == .unverified)
        #expect(missing.warning?.contains("cannot read") == true)
    }

    @Test(.enabled(if: hasOpenPGP, "git, ssh-keygen, gpg or gpgv is missing"))
    func aCommitSignedWithOpenPGP() async throws {
        let shop = try Workshop()
        try shop.shell(
            """
            mkdir -m 700 gnupg
            gpg --batch --quiet --passphrase '' --quick-gen-key 'Engineer A <a@example.com>' \
                ed25519 sign never
            gpg --batch --export > keyring.gpg
            cd repository
            git -c user.signingkey=a@example.com commit -q -S --allow-empty -m signed
            gpgconf --kill all
            """)
        let commit = try await shop.head()
        let verified = await shop.keys(keyring: "keyring.gpg").check(commit, of: "platform")
        #expect(verified.signature == .verified)
        #expect(verified.evidence?.signer == "Engineer A <a@example.com>")
        #expect(verified.evidence?.format == .openpgp && verified.evidence?.key.count == 40)
        #expect(await shop.keys().check(commit, of: "platform") == CheckedSignature(.unverified))
        let checker = SignatureChecker(gpgv: "no-such-program")
        let without = TrustedKeys(
            people: nil,
            repositories: ["platform": .init(keyring: shop.path + "/keyring.gpg")],
            checker: checker)
        let unchecked = await without.check(commit, of: "platform")
        #expect(unchecked.signature == .unverified)
        #expect(unchecked.warning?.contains("no-such-program is not installed") == true)
    }

    @Test(.enabled(if: hasSSH, "git or ssh-keygen is missing"))
    func anUnsignedCommitAndAChangedTrustFile() async throws {
        let shop = try Workshop()
        try shop.shell(
            """
            cd repository
            git commit -q --allow-empty -m plain
            echo 'a@example.com ssh-ed25519 AAAA' > ../signers
            """)
        let keys = shop.keys("signers")
        #expect(
            await keys.check(try await shop.head(), of: "platform") == CheckedSignature(.none))
        let before = await keys.trust(of: "platform")
        #expect(await keys.trust(of: "platform") == before)
        try shop.shell("echo '# more' >> signers")
        #expect(await keys.trust(of: "platform") != before)
        #expect(await keys.trust(of: "elsewhere") == nil)
    }
}
