/// What is wrong with a template or with running it, in Go's words.
///
/// Errors are chained as Go's are: that of a function stands in the `cause` of the one that says where it was
/// called, and its text is part of that one's `message`.
public struct TemplateError: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Reported by a function, or without a place.
        case plain
        /// The template cannot be read.
        case parse
        /// Go's `template.ExecError`: the template of that name failed.
        case execution(template: String)
        /// One of `Limits` is used up.
        case limit
    }

    public let kind: Kind
    /// The whole text, causes included: `template: x:1:3: executing "x" at <fail "no">: error calling fail: no`.
    public let message: String
    private let causes: [TemplateError]

    public init(_ message: String, kind: Kind = .plain, cause: TemplateError? = nil) {
        self.kind = kind
        self.message = message
        causes = cause.map { [$0] } ?? []
    }

    /// What `errors.Unwrap` gives.
    public var cause: TemplateError? { causes.first }
}

extension TemplateError: CustomStringConvertible {
    public var description: String { message }
}
