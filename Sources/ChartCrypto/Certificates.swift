internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials
internal import GoTemplate
internal import Model
internal import Rendering
internal import SwiftASN1
internal import X509

/// Makes keys and certificates for templates: `genCA`, `genSignedCert` and their kin.
///
/// Source: https://github.com/Masterminds/sprig/blob/v3.3.0/crypto.go
struct CertificateIssuer: Sendable {
    let now: Timestamp
    let keeper: ChartKeeper
    let random: RandomPlaces
    let issued: @Sendable (String) -> Void

    static let functions: [Function] =
        [
            Function(inContext: "genPrivateKey") {
                (execution: inout Execution, type: ByteString) throws(TemplateError) -> ByteString
                in
                try execution.issuer.privateKey("\(type)", &execution)
            },
            Function("buildCustomCert") {
                (certificate: ByteString, key: ByteString) throws(TemplateError) -> Value in
                try custom("\(certificate)", "\(key)")
            },
        ] + authorities + selfSigned + signed

    private static let authorities: [Function] = [
        Function(inContext: "genCA") {
            (execution: inout Execution, name: ByteString, days: Int) throws(TemplateError)
                -> Value in
            try execution.issuer.issue(Request("\(name)", days, isAuthority: true), &execution)
        },
        Function(inContext: "genCAWithKey") {
            (
                execution: inout Execution, name: ByteString, days: Int, key: ByteString
            ) throws(TemplateError) -> Value in
            try execution.issuer.issue(
                Request("\(name)", days, isAuthority: true, key: "\(key)"), &execution)
        },
    ]

    private static let selfSigned: [Function] = [
        Function(inContext: "genSelfSignedCert") {
            (
                execution: inout Execution, name: ByteString, addresses: Value, names: Value,
                days: Int
            ) throws(TemplateError) -> Value in
            try execution.issuer.issue(Request("\(name)", days, addresses, names), &execution)
        },
        Function(inContext: "genSelfSignedCertWithKey") {
            (
                execution: inout Execution, name: ByteString, addresses: Value, names: Value,
                days: Int, key: ByteString
            ) throws(TemplateError) -> Value in
            try execution.issuer.issue(
                Request("\(name)", days, addresses, names, key: "\(key)"), &execution)
        },
    ]

    private static let signed: [Function] = [
        Function(inContext: "genSignedCert") {
            (
                execution: inout Execution, name: ByteString, addresses: Value, names: Value,
                days: Int, authority: Value
            ) throws(TemplateError) -> Value in
            try execution.issuer.issue(
                Request("\(name)", days, addresses, names, authority: authority), &execution)
        },
        Function(inContext: "genSignedCertWithKey") {
            (
                execution: inout Execution, name: ByteString, addresses: Value, names: Value,
                days: Int, authority: Value, key: ByteString
            ) throws(TemplateError) -> Value in
            try execution.issuer.issue(
                Request("\(name)", days, addresses, names, key: "\(key)", authority: authority),
                &execution)
        },
    ]

    // MARK: - Keys

    private func privateKey(_ type: String, _ execution: inout Execution)
        throws(TemplateError) -> ByteString
    {
        try execution.charge(steps: CryptoCost.key)
        let make: () throws -> String
        switch type {
        case "", "rsa":
            make = { try _RSA.Signing.PrivateKey(keySize: .bits4096).pemRepresentation }
        case "ecdsa":
            make = {
                try ecPrivateKey(P256.Signing.PrivateKey())
            }
        case "ed25519":
            make = { Curve25519.Signing.PrivateKey().pemRepresentation }
        case "dsa":
            throw TemplateError(
                "genPrivateKey: dsa keys are not supported, as nothing accepts them any longer")
        default: return ByteString("Unknown type \(type)")
        }
        let bytes = try recall("key \(type)", execution) { Array((withLineEnd(try make())).utf8) }
        return ByteString(bytes)
    }

    private func recall(
        _ label: String, _ execution: borrowing Execution, _ make: () throws -> [UInt8]
    ) throws(TemplateError) -> [UInt8] {
        do {
            return try keeper.recall(ChartCallSite(execution.callSite), label, make)
        } catch let error as TemplateError {
            throw error
        } catch {
            throw TemplateError("error creating certificate: \(error)")
        }
    }

    // MARK: - Certificates

    private static func custom(_ certificate: String, _ key: String) throws(TemplateError) -> Value
    {
        guard let text = Data(base64Encoded: certificate) else {
            throw TemplateError("unable to decode base64 certificate")
        }
        guard let keyText = Data(base64Encoded: key) else {
            throw TemplateError("unable to decode base64 private key")
        }
        let pair = KeyPair(
            certificate: String(decoding: text, as: UTF8.self),
            key: String(decoding: keyText, as: UTF8.self))
        guard (try? Certificate(pemEncoded: pair.certificate)) != nil else {
            throw TemplateError("unable to decode certificate")
        }
        guard (try? Certificate.PrivateKey(pemEncoded: pair.key)) != nil else {
            throw TemplateError("error parsing private key: no PEM data in input")
        }
        return .object(pair)
    }

    private func issue(_ request: Request, _ execution: inout Execution)
        throws(TemplateError) -> Value
    {
        try execution.charge(steps: CryptoCost.key)
        let serial = random.bytes(16, execution)
        let bytes = try recall(request.label, execution) {
            let pair = try request.pair(now: now, serial: serial)
            return Array("\(pair.certificate)\u{0}\(pair.key)".utf8)
        }
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw TemplateError("a kept certificate is damaged") }
        let certificate = String(decoding: parts[0], as: UTF8.self)
        issued(certificate)
        return .object(
            KeyPair(
                certificate: certificate,
                key: String(decoding: parts[1], as: UTF8.self)))
    }
}

extension Execution {
    fileprivate var issuer: CertificateIssuer {
        get throws(TemplateError) { try given(CertificateIssuer.self) }
    }
}

/// A certificate with its key, as templates see it.
struct KeyPair: Object {
    var certificate: String
    var key: String

    var type: GoType { .named("sprig.certificate", nil) }
    var fieldNames: [ByteString] { ["Cert", "Key"] }

    func field(_ name: ByteString) -> Value? {
        switch name {
        case "Cert": .string(certificate)
        case "Key": .string(key)
        default: nil
        }
    }
}

/// PEM blocks end with a line end in Go.
func withLineEnd(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
