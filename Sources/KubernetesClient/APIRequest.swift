import Model
import NIOHTTP1
import YAML

/// One request of the Kubernetes API.
struct APIRequest: Sendable {
    var method: HTTPMethod
    /// Percent-encoded.
    var path: String
    var query: [(name: String, value: String)] = []
    var accept = "application/json"
    var contentType = "application/json"
    var body: Node?
    /// What is asked for, to name it when the server does not know it.
    var kind: GroupKind?

    /// Path and query.
    var target: String {
        if query.isEmpty { return path }
        return path + "?"
            + query.map { "\($0.name)=\(percentEncoded($0.value))" }.joined(separator: "&")
    }
}

/// An answer that has been read to its end.
struct APIAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]

    func node() throws(ClusterError) -> Node {
        do { return try parseJSON(body) } catch {
            throw .malformedAnswer(message: error.summary)
        }
    }

    /// The texts of the `Warning` headers.
    ///
    /// Source: https://www.rfc-editor.org/rfc/rfc7234#section-5.5, code 299
    var warnings: [String] { headers["warning"].flatMap(warningTexts) }
}

/// The quoted texts of `299 - "unknown field \"x\"", 299 - "second"`; the header itself when it
/// quotes nothing.
///
/// What may follow a text in quotes is the time of the warning, which is left out.
func warningTexts(_ header: String) -> [String] {
    var texts: [String] = []
    var text: String?
    var isEscaped = false
    var isAfterText = false
    for character in header {
        if let open = text {
            if isEscaped {
                text = open + String(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                if !isAfterText { texts.append(open) }
                isAfterText = true
                text = nil
            } else {
                text = open + String(character)
            }
        } else if character == "\"" {
            text = ""
        } else if character == "," {
            isAfterText = false
        }
    }
    return texts.isEmpty ? [header] : texts
}

/// `text` without white space at its ends.
func trimmed(_ text: String) -> String {
    guard let first = text.firstIndex(where: { !$0.isWhitespace }),
        let last = text.lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(text[first...last])
}

/// Keeps what RFC 3986 calls unreserved, and encodes all else.
func percentEncoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            bytes.append(byte)
        default:
            bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

extension APIResource {
    /// `/apis/apps/v1/namespaces/shop/deployments/web`; without a namespace across all of them.
    func path(namespace: String?, name: String? = nil) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace, !namespace.isEmpty {
            path += "/namespaces/" + percentEncoded(namespace)
        }
        path += "/" + plural
        if let name { path += "/" + percentEncoded(name) }
        return path
    }
}
