/// What a server asks for with a 401: `Bearer realm="https://…",service="…",scope="…"`.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 and
/// https://distribution.github.io/distribution/spec/auth/token/
struct AuthenticationChallenge: Hashable, Sendable {
    /// In lower case.
    var scheme: String
    /// By names in lower case.
    var parameters: [String: String] = [:]

    /// All challenges of the values of headers `WWW-Authenticate`; what cannot be read ends a value.
    static func all(in values: [String]) -> [AuthenticationChallenge] {
        values.flatMap(challenges)
    }

    private static func challenges(_ value: String) -> [AuthenticationChallenge] {
        var reader = HeaderReader(rest: Array(value.utf8)[...])
        var found: [AuthenticationChallenge] = []
        while let word = reader.token() {
            if reader.skip(UInt8(ascii: "=")) {
                guard !found.isEmpty, let text = reader.quoted() ?? reader.token() else { break }
                found[found.count - 1].parameters[word.lowercased()] = text
                reader.skipCommas()
            } else {
                found.append(AuthenticationChallenge(scheme: word.lowercased()))
                reader.skipCommas()
            }
        }
        return found
    }
}

/// The target of a header `Link` with the relation `next`.
///
/// Source: https://www.rfc-editor.org/rfc/rfc8288#section-3
func nextLink(_ values: [String]) -> String? {
    for link in values.flatMap({ $0.split(separator: ",") }) {
        guard let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end
        else { continue }
        let parameters = link[end...].dropFirst().split(separator: ";").map {
            $0.filter { $0 != " " && $0 != "\"" }.lowercased()
        }
        if parameters.contains("rel=next") { return String(link[link.index(after: start)..<end]) }
    }
    return nil
}

/// Reads the words and quoted texts of a header's value.
private struct HeaderReader {
    var rest: ArraySlice<UInt8>

    private static let separators = Set(Array(" \t,=\"".utf8))

    mutating func skipBlanks() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 } }
    mutating func skipCommas() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C } }

    mutating func skip(_ byte: UInt8) -> Bool {
        let before = rest
        skipBlanks()
        guard rest.first == byte else {
            rest = before
            return false
        }
        rest.removeFirst()
        skipBlanks()
        return true
    }

    mutating func token() -> String? {
        skipBlanks()
        let word = rest.prefix { !Self.separators.contains($0) }
        guard !word.isEmpty else { return nil }
        rest = rest[word.endIndex...]
        return String(decoding: word, as: UTF8.self)
    }

    mutating func quoted() -> String? {
        guard rest.first == UInt8(ascii: "\"") else { return nil }
        var text: [UInt8] = []
        var isEscaped = false
        for (index, byte) in zip(rest.indices, rest).dropFirst() {
            if !isEscaped, byte == UInt8(ascii: "\"") {
                rest = rest[(index + 1)...]
                return String(decoding: text, as: UTF8.self)
            }
            if !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
                continue
            }
            isEscaped = false
            text.append(byte)
        }
        return nil
    }
}
