import Foundation
import NIOSSL
import TestSupport
import Testing

/// An authority, a server and a client of their own, made by `openssl` for one test.
struct Certificates {
    private let folder: TemporaryFolder

    /// - Parameter names: Subject alternative names of the server's certificate.
    init(serverNames names: String) throws {
        folder = try TemporaryFolder()
        try openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority"
                + " -keyout ca.key -out ca.pem")
        for (name, extensions) in [
            ("server", "subjectAltName=\(names)"), ("client", "extendedKeyUsage=clientAuth"),
        ] {
            try openssl(
                "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=\(name)"
                    + " -keyout \(name).key -out \(name).csr")
            try Data("\(extensions)\n".utf8).write(to: url("extensions"))
            try openssl(
                "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
                    + " -extfile extensions -out \(name).pem")
        }
    }

    func url(_ name: String) -> URL { folder.url.appendingPathComponent(name) }
    func path(_ name: String) -> String { url(name).path }
    func base64(_ name: String) throws -> String {
        try Data(contentsOf: url(name)).base64EncodedString()
    }

    /// A server that lets in only clients of the authority.
    func serverConfiguration(asksForCertificate: Bool = true) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(path("server.pem"))
                .map { .certificate($0) },
            privateKey: .privateKey(
                try NIOSSLPrivateKey(file: path("server.key"), format: .pem)))
        if asksForCertificate {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .file(path("ca.pem"))
        }
        return configuration
    }

    private func openssl(_ arguments: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder.url
        let output = Pipe()
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0,
            "openssl \(arguments): \(String(decoding: text, as: UTF8.self))")
    }
}
