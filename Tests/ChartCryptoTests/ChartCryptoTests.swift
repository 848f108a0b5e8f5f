import ChartCrypto
import Foundation
import Model
import Rendering
import Synchronization
import TestSupport
import Testing

/// The functions as templates call them; expected texts are what Helm 4.3.1 printed.
@Suite("Cryptography of charts")
struct ChartCryptoTests {
    /// What one line of a template gives.
    private func render(_ template: String, keeper: ChartKeeper = .forgetful) throws -> String {
        let text = "x: {{ \(template) }}"
        let chart = try Chart(files: [
            ChartFile(name: "Chart.yaml", bytes: Array("{name: c, version: 1.0.0}".utf8)),
            ChartFile(name: "templates/a.yaml", bytes: Array(text.utf8)),
        ])
        let draw = seededBytes(Array("seed".utf8))
        let now = try #require(Timestamp("2026-11-02T10:00:00Z"))
        let output = try chart.rendered(
            ChartValues(),
            ChartOptions(release: ChartRelease(name: "r"), capabilities: try ChartCapabilities()),
            with: ChartSurroundings(
                now: now,
                others: chartCrypto(now: now, keeper: keeper, randomBytes: draw),
                randomBytes: draw))
        let lines = String(decoding: output.text(), as: UTF8.self).split(separator: "\n")
        return String(lines.dropFirst(2).joined(separator: "\n").dropFirst("x: ".count))
    }

    @Test(arguments: [
        (#"derivePassword 1 "long" "password" "user" "example.com""#, "ZedaFaxcZaso9*"),
        (#"derivePassword 1 "maximum" "p" "u" "s""#, "t4#xAFSyHw8MyJrJ7#ru"),
        (#"derivePassword 1 "pin" "p" "u" "s""#, "2461"),
        (#"derivePassword 1 "nope" "p" "u" "s""#, "cannot find password template nope"),
        (#"encryptAES "k" "plain" | decryptAES "k""#, "plain"),
        (#"encryptAES "k" """#, ""),
        (#"genPrivateKey "foo""#, "Unknown type foo"),
        (#"htpasswd "a:b" "b" | quote"#, #""invalid username: a:b""#),
        (#"typeOf (genCA "x" 1)"#, "sprig.certificate"),
        (#"genPrivateKey "ecdsa" | trunc 30 | quote"#, #""-----BEGIN EC PRIVATE KEY-----""#),
        (
            #"genPrivateKey "ed25519" | trunc 40 | quote"#,
            #""-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYD""#
        ),
        (#"bcrypt "abc" | trunc 7"#, "$2a$10$"),
        (
            #"bcrypt (repeat 73 "x") | quote"#,
            #""failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes""#
        ),
    ])
    func givesWhatHelmGives(_ template: String, _ expected: String) throws {
        #expect(try render(template) == expected)
    }

    @Test func derivedPasswordsAreFewInOneChart() {
        let loop = #"range until 30 }}{{ derivePassword 1 "nope" "p" "u" "s" }}{{ end"#
        #expect(throws: ChartError.self) { try render(loop) }
        #expect(throws: Never.self) { try render(loop.replacing("30", with: "20")) }
    }

    @Test func theSamePlaceDrawsTheSameSaltsAndAnotherSeedOthers() throws {
        #expect(try render(#"htpasswd "a" "b""#) == render(#"htpasswd "a" "b""#))
        #expect(try render(#"bcrypt "a""#) != render(#" bcrypt "a""#))
    }

    @Test func whatIsKeptIsNotMadeAnew() throws {
        let kept = Kept()
        let template = #"(genCA "x" 365).Key | sha256sum"#
        let first = try render(template, keeper: kept.keeper)
        #expect(try render(template, keeper: kept.keeper) == first)
        #expect(kept.labels.map { $0.contains("authority\nx\n365") } == [true])
        // Another validity is another certificate.
        #expect(
            try render(#"(genCA "x" 366).Key | sha256sum"#, keeper: kept.keeper) != first)
    }

    @Test func aSignedCertificateVerifiesAgainstItsAuthority() throws {
        let openssl = "/usr/bin/openssl"
        guard FileManager.default.isExecutableFile(atPath: openssl) else {
            print("skipped: there is no openssl to read certificates with")
            return
        }
        let text = try render(
            """
            $ca := genCA "authority" 30 }}{{ $pair := genSignedCert "web" (list "10.0.0.1" "::1") \
            (list "web.shop.svc") 7 $ca }}{{ printf "%s|%s" $ca.Cert $pair.Cert | b64enc
            """)
        let data = try #require(Data(base64Encoded: text))
        let parts = String(decoding: data, as: UTF8.self).split(separator: "|")
        try #require(parts.count == 2)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "tidemark-crypto-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let ca = folder.appendingPathComponent("ca.pem").path
        let own = folder.appendingPathComponent("own.pem").path
        try String(parts[0]).write(toFile: ca, atomically: true, encoding: .utf8)
        try String(parts[1]).write(toFile: own, atomically: true, encoding: .utf8)
        let verified = try run(
            openssl, "verify", "-attime", "1793613600", "-purpose", "sslserver", "-CAfile", ca, own)
        #expect(verified.hasSuffix("own.pem: OK\n"), "\(verified)")
        let details = try run(openssl, "x509", "-in", own, "-noout", "-text")
        for expected in [
            "CN = web", "CN = authority", "DNS:web.shop.svc, IP Address:10.0.0.1",
            "Nov  2 10:00:00 2026 GMT", "Nov  9 10:00:00 2026 GMT",
            "TLS Web Server Authentication, TLS Web Client Authentication",
        ] {
            #expect(details.contains(expected), "\(details)")
        }
    }

    private func run(_ program: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}

/// Keeps in memory what was made.
private final class Kept: Sendable {
    private let values = Mutex<[String: [UInt8]]>([:])

    var labels: [String] { values.withLock { $0.keys.sorted() } }

    var keeper: ChartKeeper {
        ChartKeeper { site, label, make in
            let key = "\(site.template):\(site.line):\(site.column) \(label)"
            if let known = self.values.withLock({ $0[key] }) { return known }
            let made = try make()
            self.values.withLock { $0[key] = made }
            return made
        }
    }

    @Test func theVaultGivesTheSameKeysInTheSameOrder() throws {
        let folder = try TemporaryFolder()
        let vault = ChartVault(
            folder: folder.url.path + "/charts", key: Array(repeating: 1, count: 32))
        let site = ChartCallSite(template: "a", line: 1, column: 2)
        func draws(_ scope: String, _ count: UInt8) throws -> [[UInt8]] {
            let keeper = vault.keeper(scope: scope)
            return try (0..<3).map { number in
                try keeper.recall(site, "key") { [count, UInt8(number)] }
            }
        }
        let first = try draws("web", 1)
        #expect(first == [[1, 0], [1, 1], [1, 2]])
        #expect(try draws("web", 2) == first)
        #expect(try draws("other", 3) == [[3, 0], [3, 1], [3, 2]])
        let other = ChartVault(
            folder: folder.url.path + "/charts", key: Array(repeating: 2, count: 32))
        #expect(try other.keeper(scope: "web").recall(site, "key") { [9] } == [9])
    }
}
