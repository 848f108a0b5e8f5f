/// What is wrong with a template or with running it, in Go's words.
///
/// Errors are chained as Go's are: that of a function stands in the `cause` of the one that says where it was
/// called, and its text is part of that one's `message`.
public struct TemplateError: Error, Sendable {
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

    private let storage: Storage

    /// On the heap, so that every call that can throw returns one word for it.
    private final class Storage: Sendable {
        let kind: Kind
        let message: String
        let cause: TemplateError?

        init(kind: Kind, message: String, cause: TemplateError?) {
            self.kind = kind
            self.message = message
            self.cause = cause
        }
    }

    public init(_ message: String, kind: Kind = .plain, cause: TemplateError? = nil) {
        storage = Storage(kind: kind, message: message, cause: cause)
    }

    public var kind: Kind { storage.kind }

    /// The whole text, causes included: `template: x:1:3: executing "x" at <fail "no">: error calling fail: no`.
    public var message: String { storage.message }

    /// What `errors.Unwrap` gives.
    public var cause: TemplateError? { storage.cause }
}

extension TemplateError: CustomStringConvertible {
    public var description: String { message }
}

extension TemplateError: Hashable {
    /// Errors are equal when they say the same.
    public static func == (a: TemplateError, b: TemplateError) -> Bool {
        a.kind == b.kind && a.message == b.message
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(message)
    }
}
