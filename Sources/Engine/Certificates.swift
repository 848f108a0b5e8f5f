internal import ChartCrypto
internal import Digests
internal import EventLog
internal import Model
internal import Planning

extension DesiredSet {
    /// The certificates in the objects, wherever they stand, in ascending order.
    ///
    /// - Parameter isGenerated: Whether the chart made one of the certificates in a text.
    func certificates(isGenerated: (String) -> Bool) -> [ManifestsRendered.Certificate] {
        var found: [ManifestsRendered.Certificate] = []
        for object in objects {
            eachText(in: object.node, FieldPath.root) { text, path in
                guard let certificate = certificateText(text),
                    let end = certificateEnd(in: certificate)
                else { return }
                found.append(
                    ManifestsRendered.Certificate {
                        $0.endsAt = end
                        $0.field = path.description
                        $0.isGenerated = isGenerated(certificate)
                        $0.key = object.planning.key
                    })
            }
        }
        return found.sorted { ($0.key, $0.field) < ($1.key, $1.field) }
    }
}

private let certificateStart = "-----BEGIN CERTIFICATE-----"

/// The text of a field that holds certificates, plain or in base64 as in a Secret and in `caBundle`.
private func certificateText(_ text: String) -> String? {
    // Shorter than any certificate.
    guard text.utf8.count > 200 else { return nil }
    if text.contains(certificateStart) { return text }
    guard text.utf8.allSatisfy(isBase64), let bytes = Base64.decode(text) else { return nil }
    let decoded = String(decoding: bytes, as: UTF8.self)
    return decoded.contains(certificateStart) ? decoded : nil
}

private func isBase64(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"),
        UInt8(ascii: "="), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        true
    default: false
    }
}

private func eachText(in node: Node, _ path: FieldPath, _ visit: (String, FieldPath) -> Void) {
    switch node {
    case .string(let text): visit(text, path)
    case .object(let fields):
        for (name, value) in fields { eachText(in: value, path.appending(name), visit) }
    case .array(let items):
        for (index, item) in items.enumerated() {
            eachText(in: item, path.appending(.index(index)), visit)
        }
    default: break
    }
}
