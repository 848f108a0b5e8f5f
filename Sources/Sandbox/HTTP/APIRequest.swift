import Model

/// One HTTP request, taken apart as far as every kind of request needs it.
struct APIRequest: Sendable {
    var method: String
    /// Without the query, with percent signs decoded segment by segment.
    var segments: [String]
    /// As sent, for messages.
    var path: String
    var query: Query
    var contentType: String
    var representation: Representation
    var ifNoneMatch: String?
    var userAgent: String
    var body: [UInt8]

    /// The parameters after the question mark; of a repeated one the first counts.
    struct Query: Sendable {
        private var values: [String: String] = [:]

        init(_ text: String) {
            for part in text.split(separator: "&") {
                let pair = part.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let key = percentDecoded(pair[0], plusIsSpace: true)
                if values[key] == nil {
                    values[key] = pair.count > 1 ? percentDecoded(pair[1], plusIsSpace: true) : ""
                }
            }
        }

        subscript(key: String) -> String? { values[key] }

        /// As the server converts booleans: absent, `false` and `0` are false, anything else is true.
        func flag(_ key: String) -> Bool {
            guard let value = values[key] else { return false }
            return value != "false" && value != "0"
        }

        /// - Throws: 400 with Go's message when the value is no integer.
        func integer(_ key: String) throws(APIStatus) -> Int64? {
            guard let value = values[key], !value.isEmpty else { return nil }
            guard let number = Int64(value) else {
                throw .badRequest("strconv.ParseInt: parsing \"\(value)\": invalid syntax")
            }
            return number
        }
    }

    /// The media type of the body without its parameters, in lower case.
    var mediaType: String {
        let type = contentType.split(separator: ";").first.map(String.init) ?? ""
        return type.trimmingSpaces.lowercased()
    }

    /// Whether nothing is to be stored.
    ///
    /// - Throws: 422 for any value but `All`.
    func isDryRun() throws(APIStatus) -> Bool {
        guard let value = query["dryRun"] else { return false }
        if value == "All" { return true }
        let cause = "Unsupported value: \"\(value)\": supported values: \"All\""
        throw .invalidOptions(optionsKind, [("FieldValueNotSupported", cause, "dryRun")])
    }

    /// What the server calls the options of this request in messages.
    var optionsKind: String {
        switch method {
        case "POST": "CreateOptions"
        case "PUT": "UpdateOptions"
        case "PATCH": "PatchOptions"
        default: "DeleteOptions"
        }
    }

    /// Who owns the fields that this request changes.
    ///
    /// Without `fieldManager` it is the User-Agent up to its first slash.
    /// Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
    var fieldManager: String {
        if let manager = query["fieldManager"], !manager.isEmpty { return manager }
        let name = userAgent.prefix { $0 != "/" }
        return name.isEmpty ? "unknown" : String(name.unicodeScalars.prefix(128))
    }
}

/// Reads `%41`; a percent sign that starts no escape stands for itself.
func percentDecoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
    var bytes: [UInt8] = []
    let source = Array(text.utf8)
    var position = 0
    while position < source.count {
        let byte = source[position]
        if byte == UInt8(ascii: "%"), position + 2 < source.count,
            let value = UInt8(
                String(decoding: source[position + 1...position + 2], as: UTF8.self), radix: 16)
        {
            bytes.append(value)
            position += 3
        } else {
            bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            position += 1
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

extension StringProtocol {
    /// Without spaces and tabs at both ends.
    var trimmingSpaces: String {
        var text = Substring(self)
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
