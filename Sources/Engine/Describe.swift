internal import Model

/// An error as one line: what, and why.
func describe(_ error: any Error) -> String {
    guard let diagnostic = error as? any Diagnostic else { return "\(error)" }
    return [diagnostic.summary, diagnostic.cause].compactMap { $0 }.joined(separator: ": ")
}
