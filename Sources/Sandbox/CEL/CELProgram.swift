import Model

/// An expression that has been read and checked.
struct CELProgram: Sendable {
    let source: String
    private let root: CELNode
    private let usesOldSelf: Bool

    private let hasOptionalOldSelf: Bool

    /// Reads an expression about values of a schema.
    ///
    /// - Parameter result: The type it must have.
    /// - Parameter hasOptionalOldSelf: Whether `oldSelf` is an optional, and so always there.
    /// - Throws: Why the API server would refuse it, or what this server does not know.
    init(_ source: String, schema: Node, result: CELType, hasOptionalOldSelf: Bool = false)
        throws(CELProblem)
    {
        self.source = source
        self.hasOptionalOldSelf = hasOptionalOldSelf
        root = try CELParser.parse(source)
        let shape = CELShape(schema: schema)
        var checker = CELChecker([
            ("self", shape), ("oldSelf", hasOptionalOldSelf ? CELShape(type: .optional) : shape),
        ])
        let found = try checker.check(root).type
        guard result == .any || found == result || found == .any else {
            throw CELProblem(
                offset: root.offset,
                message: "cel expression must evaluate to a \(result.rawValue)")
        }
        usesOldSelf = root.contains { node in
            if case .name("oldSelf") = node.kind { true } else { false }
        }
    }

    /// Whether it can only be evaluated for a change.
    var needsOldSelf: Bool { usesOldSelf && !hasOptionalOldSelf }

    /// - Parameters:
    ///   - old: The value before the change, where there was one.
    ///   - budget: What the rules of one object may still cost.
    /// - Throws: When it has no value, or costs too much.
    func value(of value: CELValue, old: CELValue?, budget: inout Int) throws(CELFailure) -> CELValue
    {
        let oldSelf = hasOptionalOldSelf ? .optional(old) : old
        var evaluator = CELEvaluator(
            [("self", value)] + (oldSelf.map { [("oldSelf", $0)] } ?? []), limit: budget)
        defer { budget -= evaluator.cost }
        return try evaluator.evaluate(root)
    }
}
