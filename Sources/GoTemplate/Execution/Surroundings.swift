/// What functions take from outside in one rendering: a clock, random bytes, a keeper of keys.
///
/// Functions are the same in every rendering, and what differs is told apart by its type: each asks for what it
/// needs with `Execution.given(_:)`.
public struct Surroundings: Sendable {
    private let parts: [any Sendable]

    public init(_ parts: [any Sendable] = []) { self.parts = parts }

    subscript<Part>(_ type: Part.Type) -> Part? {
        for part in parts {
            if let part = part as? Part { return part }
        }
        return nil
    }
}

extension Execution {
    /// What the rendering was given of a type.
    ///
    /// - Throws: when it was given nothing of that type.
    public func given<Part>(_ type: Part.Type) throws(TemplateError) -> Part {
        if let part = surroundings[type] { return part }
        throw TemplateError("the rendering was given no \(type)")
    }
}
