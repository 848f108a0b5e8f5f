import AsyncHTTPClient
import FoundationEssentials
import Model
import NIOCore
import NIOSSL

/// A connection made ready for HTTP: URL prefix, Host header and the client's configuration.
struct Endpoint: Sendable {
    /// `https://name:port/prefix`, without a slash at the end.
    var base: String
    /// `host:port`, for messages.
    var address: String
    /// The name the server's certificate must have.
    var name: String
    /// The Host header, when the URL names the certificate's name instead of the address.
    var host: String?
    var configuration: HTTPClient.Configuration

    init(_ connection: ClusterConnection, deadlines: Deadlines) throws(ConnectionError) {
        guard let url = URL(string: connection.server),
            let scheme = url.scheme, scheme == "https" || scheme == "http",
            let address = url.host, !address.isEmpty, url.user == nil, url.query == nil
        else { throw .badServer(Self.withoutUser(connection.server)) }

        var tls = TLSConfiguration.makeClientConfiguration()
        if connection.tls.isInsecure { tls.certificateVerification = .none }
        if let authority = connection.tls.authority {
            tls.trustRoots = .certificates(
                try Self.certificates(authority, "certificate authority"))
        }
        if let certificate = connection.tls.certificate, let key = connection.tls.key {
            tls.certificateChain = try Self.certificates(certificate, "client certificate")
                .map { .certificate($0) }
            let bytes = try Self.bytes(of: key)
            guard let privateKey = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
                throw .badPEM(what: "client key")
            }
            tls.privateKey = .privateKey(privateKey)
            try Self.checkPair(tls)
        }

        // No redirects: one could carry the credential to another host.
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.timeout = .init(
            connect: .nanoseconds(deadlines.connect.wholeNanoseconds),
            read: .nanoseconds(deadlines.watchIdle.wholeNanoseconds))
        // Every watch keeps a connection; the default of 8 would starve all other requests.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        // A refused connection is an answer; the caller backs off.
        configuration.connectionPool.retryConnectionEstablishment = false

        let port = url.port.map { ":\($0)" } ?? ""
        var path = url.path
        while path.hasSuffix("/") { path.removeLast() }
        let literal = address.contains(":") && !address.hasPrefix("[") ? "[\(address)]" : address
        self.address = literal + port
        if scheme == "https", let name = connection.tls.serverName, !name.isEmpty, name != address {
            configuration.dnsOverride = [name: address]
            self.name = name
            base = "https://\(name)\(port)\(path)"
            host = literal + port
        } else {
            self.name = address
            base = "\(scheme)://\(literal)\(port)\(path)"
            host = nil
        }
        self.configuration = configuration
    }

    /// The address for messages: what stands before an `@` may be a password.
    private static func withoutUser(_ server: String) -> String {
        server.lastIndex(of: "@").map { "…" + server[$0...] } ?? server
    }

    /// Sets up what a connection would, without the system's authorities, which take long to read.
    private static func checkPair(_ tls: TLSConfiguration) throws(ConnectionError) {
        var tls = tls
        tls.trustRoots = .certificates([])
        do { _ = try NIOSSLContext(configuration: tls) } catch { throw .keyOfAnotherCertificate }
    }

    static func bytes(of material: ClusterConnection.Material) throws(ConnectionError) -> [UInt8] {
        switch material {
        case .bytes(let bytes): return bytes
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw .unreadableFile(path: path)
            }
            return Array(data)
        }
    }

    private static func certificates(_ material: ClusterConnection.Material, _ what: String)
        throws(ConnectionError) -> [NIOSSLCertificate]
    {
        let bytes = try bytes(of: material)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty
        else { throw .badPEM(what: what) }
        return certificates
    }
}
