/// An error or a warning that a person reads: what, why, and what to do next.
///
/// Texts are lower case without a final full stop, name the object, and never hold a secret value.
public protocol Diagnostic: Error {
    /// What went wrong: `cannot read tidemark.yaml`.
    var summary: String { get }
    /// Why, when that is known and not yet said.
    var cause: String? { get }
    /// What to try next.
    var hint: String? { get }
}

extension Diagnostic {
    public var cause: String? { nil }
    public var hint: String? { nil }
}

/// A place in a file that somebody wrote; lines and columns count from 1.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
    /// Path within the repository, or as given on the command line.
    public var file: String
    public var line: Int?
    public var column: Int?

    public init(file: String, line: Int? = nil, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `apps/web.yaml:12:3`.
    public var description: String {
        [file, line.map(String.init), line == nil ? nil : column.map(String.init)]
            .compactMap { $0 }.joined(separator: ":")
    }
}

/// One mistake in a file somebody wrote.
///
/// Analysis of user input returns its value together with all of these, not just the first.
public struct Problem: Diagnostic, Hashable {
    public var location: SourceLocation
    /// The field that is wrong, when the mistake has one.
    public var field: FieldPath?
    public var message: String
    public var hint: String?

    public init(
        at location: SourceLocation, field: FieldPath? = nil, _ message: String, hint: String? = nil
    ) {
        self.location = location
        self.field = field
        self.message = message
        self.hint = hint
    }

    public var summary: String {
        if let field { "\(location): \(field): \(message)" } else { "\(location): \(message)" }
    }
}

/// All the mistakes of one reading, for callers that cannot go on with any.
public struct Problems: Diagnostic, Hashable {
    public var all: [Problem]
    public init(_ all: [Problem]) { self.all = all }
    public var summary: String { all.map(\.summary).joined(separator: "\n") }
    public var hint: String? { all.compactMap(\.hint).first }
}
