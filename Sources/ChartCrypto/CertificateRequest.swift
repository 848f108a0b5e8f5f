internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials
internal import GoTemplate
internal import Model
internal import SwiftASN1
internal import X509

extension CertificateIssuer {
    /// A certificate that a template asks for.
    struct Request {
        private let name: String
        private let days: Int
        private let isAuthority: Bool
        private let addresses: [[UInt8]]
        private let names: [String]
        private let key: String?
        private let authority: KeyPair?

        init(
            _ name: String, _ days: Int, _ addresses: Value = .none, _ names: Value = .none,
            isAuthority: Bool = false, key: String? = nil, authority: Value = .none
        ) throws(TemplateError) {
            self.name = name
            self.days = days
            self.isAuthority = isAuthority
            self.key = key
            self.addresses = try Self.addresses(addresses)
            self.names = try Self.names(names)
            switch authority {
            case .none: self.authority = nil
            case .object(let box):
                guard let pair = box.object as? KeyPair else { fallthrough }
                self.authority = pair
            default:
                throw TemplateError(
                    "wrong type for value; expected sprig.certificate; got "
                        + "\(authority.type.map { "\($0)" } ?? "nil")")
            }
        }

        /// Everything that the certificate depends on.
        var label: String {
            let parts: [String] = [
                isAuthority ? "authority" : "certificate", name, "\(days)",
                addresses.map { $0.map(String.init).joined(separator: ".") }.joined(separator: ","),
                names.joined(separator: ","), key ?? "", authority?.certificate ?? "",
            ]
            return parts.joined(separator: "\n")
        }

        func pair(now: Timestamp, serial: [UInt8]) throws -> KeyPair {
            let (own, ownText) = try privateKey()
            let subject = try DistinguishedName { CommonName(name) }
            let start = Date(timeIntervalSince1970: Double(now.seconds))
            let (issuer, signer, issuerKeyID) = try issuer(own, subject)
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(bytes: serial),
                publicKey: own.publicKey, notValidBefore: start,
                notValidAfter: start.addingTimeInterval(Double(days) * 86_400), issuer: issuer,
                subject: subject, signatureAlgorithm: try algorithm(of: signer),
                extensions: try extensions(own.publicKey, issuerKeyID), issuerPrivateKey: signer)
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            let document = PEMDocument(
                type: "CERTIFICATE", derBytes: serializer.serializedBytes)
            return KeyPair(certificate: withLineEnd(document.pemString), key: ownText)
        }

        /// The key that was given, or a new RSA key of 2048 bits.
        private func privateKey() throws -> (Certificate.PrivateKey, String) {
            if let key {
                do {
                    return (try Certificate.PrivateKey(pemEncoded: key), withLineEnd(key))
                } catch {
                    throw TemplateError("parsing private key: no PEM data in input")
                }
            }
            let made = try _RSA.Signing.PrivateKey(keySize: .bits2048)
            return (Certificate.PrivateKey(made), withLineEnd(made.pemRepresentation))
        }

        private func issuer(_ own: Certificate.PrivateKey, _ subject: DistinguishedName) throws -> (
            DistinguishedName, Certificate.PrivateKey, ArraySlice<UInt8>?
        ) {
            guard let authority else { return (subject, own, nil) }
            let certificate: Certificate
            do {
                certificate = try Certificate(pemEncoded: authority.certificate)
            } catch {
                throw TemplateError("unable to decode certificate")
            }
            do {
                return (
                    certificate.subject, try Certificate.PrivateKey(pemEncoded: authority.key),
                    try certificate.extensions.subjectKeyIdentifier?.keyIdentifier
                )
            } catch {
                throw TemplateError("error parsing private key: no PEM data in input")
            }
        }

        private func algorithm(of key: Certificate.PrivateKey) throws
            -> Certificate.SignatureAlgorithm
        {
            let known: [Certificate.SignatureAlgorithm] = [
                .sha256WithRSAEncryption, .ecdsaWithSHA256, .ecdsaWithSHA384, .ed25519,
            ]
            guard let found = known.first(where: key.supportedSignatureAlgorithms.contains) else {
                throw TemplateError("error creating certificate: a key of an unknown kind")
            }
            return found
        }

        private func extensions(
            _ key: Certificate.PublicKey, _ issuerKeyID: ArraySlice<UInt8>?
        ) throws -> Certificate.Extensions {
            let alternatives =
                names.map { GeneralName.dnsName($0) }
                + addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
            return try Certificate.Extensions {
                Critical(
                    KeyUsage(
                        digitalSignature: true, keyEncipherment: true, keyCertSign: isAuthority))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                Critical(
                    isAuthority
                        ? BasicConstraints.isCertificateAuthority(maxPathLength: nil)
                        : BasicConstraints.notCertificateAuthority)
                if isAuthority { SubjectKeyIdentifier(hash: key) }
                if let issuerKeyID {
                    AuthorityKeyIdentifier(keyIdentifier: issuerKeyID)
                }
                if !alternatives.isEmpty { SubjectAlternativeNames(alternatives) }
            }
        }

        // MARK: - Names

        private static func names(_ value: Value) throws(TemplateError) -> [String] {
            var names: [String] = []
            for element in value.asList?.elements ?? [] {
                guard case .string(let text) = element else {
                    throw TemplateError(
                        "error processing alternate dns name: \(printed([element])) is not a string"
                    )
                }
                names.append("\(text)")
            }
            return names
        }

        private static func addresses(_ value: Value) throws(TemplateError) -> [[UInt8]] {
            var addresses: [[UInt8]] = []
            for element in value.asList?.elements ?? [] {
                guard case .string(let text) = element else {
                    throw TemplateError("error parsing ip: \(printed([element])) is not a string")
                }
                guard let bytes = addressBytes("\(text)") else {
                    throw TemplateError("error parsing ip: \(text)")
                }
                addresses.append(bytes)
            }
            return addresses
        }
    }
}
