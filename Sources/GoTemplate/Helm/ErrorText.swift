extension TemplateError {
    /// The error as Helm prints it for a file that it renders.
    ///
    /// A message of `fail` or `required` stands alone with the place, an error of the language itself is laid out
    /// with a line for each template on the way, and what a function reported stays as Go gives it.
    ///
    /// https://github.com/helm/helm/blob/v4.1.0/pkg/engine/engine.go (reformatExecErrorMsg, cleanupParseError)
    ///
    /// - Parameter file: the file that was rendered, for errors without a place.
    public func helmText(for file: String) -> String {
        switch kind {
        case .parse: parseText(file)
        case .plain, .execution, .limit: executionText
        }
    }

    private func parseText(_ file: String) -> String {
        let parts = pieces(of: message, separator: ": ")
        guard parts.count > 1, let last = parts.last else {
            return "parse error in (\(file)): \(message)"
        }
        return "parse error at (\(parts[1])): \(last)"
    }

    private var executionText: String {
        guard case .execution = kind else { return message }
        let parts = pieces(of: message, separator: ": ", atMost: 3)
        if parts.count == 3, let text = markedMessage(in: parts[2]) {
            return "execution error at (\(parts[1])): \(text)"
        }
        var steps: [ErrorStep] = []
        var current: TemplateError? = self
        while let error = current {
            guard let step = ErrorStep(error.message) else { return message }
            if steps.last != step { steps.append(step) }
            current = error.cause
        }
        let text = steps.map(\.text).joined()
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: "\n") || byte == UInt8(ascii: " ") }
        let bytes = Array(text.utf8)
        let trimmed = bytes.drop(while: isSpace)
        let end = trimmed.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? trimmed.startIndex
        return String(decoding: trimmed[..<end], as: UTF8.self)
    }

    private func markedMessage(in text: Substring) -> String? {
        let bytes = Array(text.utf8)
        guard let start = firstPlace(of: Inclusion.messageStart, in: bytes, from: 0) else {
            return nil
        }
        let first = start + Inclusion.messageStart.utf8.count
        guard let end = lastPlace(of: Inclusion.messageEnd, in: bytes), end >= first else {
            return nil
        }
        return String(decoding: bytes[first..<end], as: UTF8.self)
    }
}

/// One template on the way to an error.
private struct ErrorStep: Equatable {
    var location = ""
    var function = ""
    var message = ""

    /// Reads the text of an error of Go's text/template; nil when it is another's.
    init?(_ error: String) {
        let prefix = "template: "
        guard error.utf8.starts(with: prefix.utf8) else { return nil }
        let rest = Array(error.utf8.dropFirst(prefix.utf8.count))
        if rest.starts(with: "no template ".utf8) {
            message = error
            return
        }
        if let parts = ErrorStep.executing(rest) {
            (location, function, message) = parts
            return
        }
        guard let end = lastPlace(of: ": ", in: rest) else { return nil }
        location = String(decoding: rest[..<end], as: UTF8.self)
        message = String(decoding: rest[(end + 2)...], as: UTF8.self)
    }

    /// `x.yaml:1:2: executing "x" at <.y>: message`.
    private static func executing(_ text: [UInt8]) -> (String, String, String)? {
        let mark = ": executing \""
        guard let end = firstPlace(of: mark, in: text, from: 0) else { return nil }
        let nameStart = end + mark.utf8.count
        guard let nameEnd = text[nameStart...].firstIndex(of: UInt8(ascii: "\"")),
            text[nameEnd...].starts(with: "\" at <".utf8),
            case let nodeStart = nameEnd + 6,
            let nodeEnd = firstPlace(of: ">: ", in: text, from: nodeStart)
        else { return nil }
        var message = text[(nodeEnd + 3)...]
        if let next = firstPlace(of: " template:", in: text, from: nodeEnd + 3) {
            message = message[..<next]
        }
        let name = quoted(ByteString(text[nameStart..<nameEnd]))
        let node = ByteString(text[nodeStart..<nodeEnd])
        return (
            String(decoding: text[..<end], as: UTF8.self), "executing \(name) at <\(node)>:",
            String(decoding: message, as: UTF8.self)
        )
    }

    var text: String {
        (location.isEmpty ? "" : "\(location)\n  ") + (function.isEmpty ? "" : "\(function)\n    ")
            + (message.isEmpty ? "" : "\(message)\n")
    }
}

private func firstPlace(of text: String, in bytes: [UInt8], from start: Int) -> Int? {
    let text = Array(text.utf8)
    guard bytes.count - start >= text.count else { return nil }
    return (start...bytes.count - text.count).first { bytes[$0...].starts(with: text) }
}

private func lastPlace(of text: String, in bytes: [UInt8]) -> Int? {
    let text = Array(text.utf8)
    guard bytes.count >= text.count else { return nil }
    return (0...bytes.count - text.count).last { bytes[$0...].starts(with: text) }
}

/// The pieces between separators; from `atMost` on all that is left is one.
private func pieces(of text: String, separator: String, atMost limit: Int = .max) -> [Substring] {
    var pieces: [Substring] = []
    var rest = text[...]
    while pieces.count < limit - 1,
        let place = firstPlace(of: separator, in: Array(rest.utf8), from: 0)
    {
        let end = rest.utf8.index(rest.startIndex, offsetBy: place)
        pieces.append(rest[..<end])
        rest = rest[rest.utf8.index(end, offsetBy: separator.utf8.count)...]
    }
    pieces.append(rest)
    return pieces
}
