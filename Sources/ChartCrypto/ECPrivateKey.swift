internal import Crypto
internal import SwiftASN1

/// A key on P-256 in the form of RFC 5915, which Go and OpenSSL head `EC PRIVATE KEY`.
///
/// Source: https://www.rfc-editor.org/rfc/rfc5915#section-3
func ecPrivateKey(_ key: P256.Signing.PrivateKey) throws -> String {
    var serializer = DER.Serializer()
    try serializer.appendConstructedNode(identifier: .sequence) { fields in
        try fields.serialize(1)
        try fields.serialize(ASN1OctetString(contentBytes: ArraySlice(key.rawRepresentation)))
        try fields.serialize(
            try ASN1ObjectIdentifier(elements: [1, 2, 840, 10045, 3, 1, 7]),
            explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific)
        try fields.serialize(
            ASN1BitString(bytes: ArraySlice(key.publicKey.x963Representation)),
            explicitlyTaggedWithTagNumber: 1, tagClass: .contextSpecific)
    }
    return PEMDocument(type: "EC PRIVATE KEY", derBytes: serializer.serializedBytes).pemString
}
