internal import FoundationEssentials
public import Model
internal import SwiftASN1
internal import X509

/// When the first of the certificates in a text ends; `nil` when there is none that can be read.
///
/// - Parameter text: PEM, with anything around the certificates, such as a key.
public func certificateEnd(in text: String) -> Timestamp? {
    let documents = (try? PEMDocument.parseMultiple(pemString: text)) ?? []
    let ends = documents.filter { $0.discriminator == "CERTIFICATE" }.compactMap { document in
        (try? Certificate(pemDocument: document)).map {
            Timestamp(seconds: Int64($0.notValidAfter.timeIntervalSince1970))
        }
    }
    return ends.min()
}
