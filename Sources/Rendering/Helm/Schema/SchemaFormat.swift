internal import GoTemplate
internal import Model

/// What keeps a text from being of a format; `nil` when nothing does, or when the format is not known.
///
/// Source: https://github.com/santhosh-tekuri/jsonschema/blob/v6.0.2/format.go
func formatProblem(_ text: String, _ format: String) -> String? {
    switch format {
    case "date": dateProblem(text)
    case "date-time": dateTimeProblem(text)
    case "email": emailProblem(text)
    case "hostname": hostnameProblem(text)
    case "ipv4": ipv4Problem(text)
    case "ipv6": ipv6Problem(text)
    case "json-pointer": pointerProblem(text)
    case "regex": regexProblem(text)
    case "time": timeProblem(text)
    case "uri", "iri": uriProblem(text, isRelativeAllowed: false)
    case "uri-reference", "iri-reference": uriProblem(text, isRelativeAllowed: true)
    case "uuid": uuidProblem(text)
    case "semver":
        (try? SemanticVersion(strict: text)) == nil
            ? "versionCore must have 3 numbers separated by dot" : nil
    default: nil
    }
}

private func regexProblem(_ text: String) -> String? {
    do {
        _ = try RE2(text)
        return nil
    } catch {
        return "\(error)"
    }
}

private func uuidProblem(_ text: String) -> String? {
    let lengths = [8, 4, 4, 4, 12]
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.count == lengths.count else { return "must have 5 elements" }
    for (index, group) in groups.enumerated() {
        guard group.utf8.count == lengths[index] else {
            return "element \(index + 1) must be \(lengths[index]) characters long"
        }
        if let wrong = group.first(where: { !($0.isASCII && $0.isHexDigit) }) {
            return "non-hex character '\(wrong)'"
        }
    }
    return nil
}

private func ipv4Problem(_ text: String) -> String? {
    let groups = text.split(separator: ".", omittingEmptySubsequences: false)
    guard groups.count == 4 else { return "expected four decimals" }
    for group in groups {
        if group.count > 1, group.first == "0" { return "leading zeros" }
        guard let number = Int(group) else {
            return "strconv.Atoi: parsing \(quoted(ByteString(group))): invalid syntax"
        }
        guard (0...255).contains(number) else { return "decimal must be between 0 and 255" }
    }
    return nil
}

private func ipv6Problem(_ text: String) -> String? {
    guard text.contains(":") else { return "missing colon" }
    let problem = "ParseAddr(\(quoted(ByteString(text)))): unable to parse IP"
    if text.contains("%") { return "zone id is not a part of ipv6 address" }
    let halves = text.components(separatedByTwoColons: ())
    guard halves.count <= 2 else { return problem }
    var count = 0
    for (index, half) in halves.enumerated() where !half.isEmpty {
        let groups = half.split(separator: ":", omittingEmptySubsequences: false)
        for (place, group) in groups.enumerated() {
            let isLast = place == groups.count - 1 && index == halves.count - 1
            if isLast, group.contains(".") {
                guard ipv4Problem(String(group)) == nil else { return problem }
                count += 2
                continue
            }
            guard (1...4).contains(group.utf8.count),
                group.allSatisfy({ $0.isASCII && $0.isHexDigit })
            else { return problem }
            count += 1
        }
    }
    return (halves.count == 2 ? count < 8 : count == 8) ? nil : problem
}

extension String {
    /// The parts on both sides of each `::`.
    fileprivate func components(separatedByTwoColons: Void) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: "::") {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}

private func hostnameProblem(_ text: String) -> String? {
    let name = text.hasSuffix(".") ? text.dropLast() : text[...]
    if name.utf8.count > 253 { return "more than 253 characters long" }
    for label in name.split(separator: ".", omittingEmptySubsequences: false) {
        guard (1...63).contains(label.utf8.count) else {
            return "label must be 1 to 63 characters long"
        }
        if label.hasPrefix("-") { return "label starts with hyphen" }
        if label.hasSuffix("-") { return "label ends with hyphen" }
        let wrong = label.unicodeScalars.first { scalar in
            !(scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-"))
        }
        if let wrong { return "invalid character '\(wrong)'" }
    }
    return nil
}

private func emailProblem(_ text: String) -> String? {
    if text.utf8.count > 254 { return "more than 255 characters long" }
    guard let at = text.lastIndex(of: "@") else { return "missing @" }
    let local = text[..<at]
    let domain = String(text[text.index(after: at)...])
    if local.utf8.count > 64 { return "local part more than 64 characters long" }
    if local.count > 1, local.hasPrefix("\"") {
        if local.dropFirst().dropLast().contains(where: { $0 == "\\" || $0 == "\"" }) {
            return "backslash and quote are not allowed within quoted local part"
        }
    } else {
        if local.hasPrefix(".") { return "starts with dot" }
        if local.hasSuffix(".") { return "ends with dot" }
        if local.firstRange(of: "..") != nil { return "consecutive dots" }
        let signs = ".!#$%&'*+-/=?^_`{|}~".unicodeScalars
        let wrong = local.unicodeScalars.first { scalar in
            !(scalar.isASCII
                && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || signs.contains(scalar)))
        }
        if let wrong { return "invalid character '\(wrong)'" }
    }
    if domain.hasPrefix("["), domain.hasSuffix("]") {
        let address = String(domain.dropFirst().dropLast())
        if address.hasPrefix("IPv6:") {
            return ipv6Problem(String(address.dropFirst(5))).map { "invalid ipv6 address: \($0)" }
        }
        return ipv4Problem(address).map { "invalid ipv4 address: \($0)" }
    }
    return hostnameProblem(domain).map { "invalid domain: \($0)" }
}

private func dateProblem(_ text: String) -> String? {
    let isDate = text.utf8.count == 10 && Timestamp(text + "T00:00:00Z") != nil
    return isDate ? nil : "parsing time \(quoted(ByteString(text))) as \"2006-01-02\": cannot parse"
}

private func dateTimeProblem(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    if bytes.count < 20 { return "less than 20 characters long" }
    guard bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t") else {
        return "11th character must be t or T"
    }
    let date = String(decoding: bytes[..<10], as: UTF8.self)
    if let problem = dateProblem(date) { return "invalid date element: \(problem)" }
    let time = String(decoding: bytes[11...], as: UTF8.self)
    return timeProblem(time).map { "invalid time element: \($0)" }
}

private func timeProblem(_ text: String) -> String? {
    if text.utf8.count < 9 { return "less than 9 characters long" }
    let scalars = Array(text.unicodeScalars)
    guard scalars.count >= 9, scalars[2] == ":", scalars[5] == ":" else {
        return "missing colon in correct place"
    }
    // A leap second is read as the second after it, so that all forms of the time can be told by one reader.
    let isTime = Timestamp("2000-12-31T\(text.uppercased())") != nil
    return isTime ? nil : "hour/min/sec out of range"
}

private func pointerProblem(_ text: String) -> String? {
    guard !text.isEmpty else { return nil }
    guard text.hasPrefix("/") else { return "not starting with /" }
    var isEscaped = false
    for scalar in text.unicodeScalars {
        if isEscaped, scalar != "0", scalar != "1" { return "~ must be followed by 0 or 1" }
        isEscaped = scalar == "~"
    }
    return isEscaped ? "~ must be followed by 0 or 1" : nil
}

private func uriProblem(_ text: String, isRelativeAllowed: Bool) -> String? {
    if isRelativeAllowed, text.contains("\\") { return "contains \\" }
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
        return "parse \(quoted(ByteString(text))): net/url: invalid control character in URL"
    }
    let scheme = text.prefix { $0 != ":" && $0 != "/" && $0 != "?" && $0 != "#" }
    let hasScheme =
        scheme.count < text.count && text[scheme.endIndex] == ":"
        && scheme.first?.isASCII == true && scheme.first?.isLetter == true
        && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    if !hasScheme, scheme.count < text.count, text[scheme.endIndex] == ":", !scheme.contains("/") {
        return scheme.isEmpty
            ? "parse \(quoted(ByteString(text))): missing protocol scheme"
            : "parse \(quoted(ByteString(text))): first path segment in URL cannot contain colon"
    }
    return hasScheme || isRelativeAllowed ? nil : "relative url"
}
