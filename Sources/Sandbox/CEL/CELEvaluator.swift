import Model

/// Why an expression has no value.
struct CELFailure: Error, Hashable, Sendable {
    var message: String
    var isOverBudget = false

    static let overBudget = CELFailure(message: "call cost exceeds limit", isOverBudget: true)

    static func noOverload(_ name: String) -> CELFailure {
        CELFailure(message: "no such overload: \(name)")
    }
}

/// Walks an expression, counting what it costs.
struct CELEvaluator {
    /// Steps one expression may take, about as many as the API server allows.
    ///
    /// Source: PerCallLimit in
    /// https://github.com/kubernetes/apiserver/blob/v0.36.0/pkg/apis/cel/config.go
    static let limit = 1_000_000

    private var variables: [(name: String, value: CELValue)]
    private let limit: Int
    private(set) var cost = 0

    /// - Parameter limit: What is left for all expressions together.
    init(_ variables: [(name: String, value: CELValue)], limit: Int) {
        self.variables = variables
        self.limit = min(limit, Self.limit)
    }

    mutating func spend(_ steps: Int) throws(CELFailure) {
        cost += steps
        if cost > limit { throw .overBudget }
    }

    mutating func evaluate(_ node: CELNode) throws(CELFailure) -> CELValue {
        try spend(1)
        switch node.kind {
        case .literal(let value): return value
        case .name(let name):
            if let found = variables.last(where: { $0.name == name }) { return found.value }
            return .type(CELFunction.fullName(name))
        case .field(let inner, let name, let isOptional):
            return try select(name, of: try evaluate(inner), isOptional)
        case .has(let inner, let name):
            return .bool(try Self.member(name, of: Self.present(try evaluate(inner))) != nil)
        case .index(let inner, let key, let isOptional):
            return try element(of: try evaluate(inner), at: try evaluate(key), isOptional)
        case .call(let name, let receiver, let arguments):
            return try call(name, receiver, arguments)
        case .and(let terms): return .bool(try isDecided(terms, by: false) ? false : true)
        case .or(let terms): return .bool(try isDecided(terms, by: true))
        case .conditional(let condition, let yes, let no):
            return try evaluate(try isTrue(condition) ? yes : no)
        case .list(let items):
            var values: [CELValue] = []
            for item in items { values.append(try evaluate(item)) }
            return .list(values)
        case .map(let entries):
            var values: [CELValue: CELValue] = [:]
            for entry in entries {
                values[try evaluate(entry.key)] = try evaluate(entry.value)
            }
            return .map(values)
        case .comprehension(let macro, let range, let variable, let body):
            return try comprehension(macro, try evaluate(range), variable, body)
        }
    }

    private mutating func isTrue(_ node: CELNode) throws(CELFailure) -> Bool {
        guard case .bool(let value) = try evaluate(node) else {
            throw CELFailure(message: "no such overload")
        }
        return value
    }

    /// Whether a term has the value that decides.
    ///
    /// An error counts only when no term decides.
    private mutating func isDecided(_ terms: [CELNode], by wanted: Bool) throws(CELFailure) -> Bool
    {
        var failure: CELFailure?
        for term in terms {
            do throws(CELFailure) {
                if try isTrue(term) == wanted { return true }
            } catch {
                if error.isOverBudget { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return false
    }

    // MARK: Members

    /// What an optional holds, or the value itself.
    private static func present(_ value: CELValue) throws(CELFailure) -> CELValue {
        guard case .optional(let inner) = value else { return value }
        return inner ?? .map([:])
    }

    private static func member(_ name: String, of value: CELValue) throws(CELFailure) -> CELValue? {
        guard case .map(let values) = value else {
            throw CELFailure(message: "no such key: \(name)")
        }
        return values[.string(name)] ?? values[.string(celUnescaped(name))]
    }

    private func select(_ name: String, of value: CELValue, _ isOptional: Bool) throws(CELFailure)
        -> CELValue
    {
        let wasOptional = if case .optional = value { true } else { false }
        let found = try Self.member(name, of: try Self.present(value))
        if isOptional || wasOptional { return .optional(found) }
        guard let found else { throw CELFailure(message: "no such key: \(name)") }
        return found
    }

    private func element(of value: CELValue, at key: CELValue, _ isOptional: Bool)
        throws(CELFailure) -> CELValue
    {
        if case .optional(let inner) = value {
            guard let inner else { return value }
            return try element(of: inner, at: key, true)
        }
        let found: CELValue?
        switch (value, key) {
        case (.list(let items), .int(let index)):
            found = items.indices.contains(Int(index)) ? items[Int(index)] : nil
            if found == nil, !isOptional {
                throw CELFailure(message: "index out of bounds: \(index)")
            }
        case (.map(let values), _): found = values[key]
        default: throw .noOverload("_[_]")
        }
        if isOptional { return .optional(found) }
        guard let found else { throw CELFailure(message: "no such key: \(celText(key))") }
        return found
    }

    // MARK: Macros

    private mutating func comprehension(
        _ macro: CELMacro, _ range: CELValue, _ variable: String, _ body: [CELNode]
    ) throws(CELFailure) -> CELValue {
        let items: [CELValue]
        switch range {
        case .list(let list): items = list
        case .map(let values): items = values.keys.sorted { ($0.compare($1) ?? 0) < 0 }
        default: throw CELFailure(message: "no such overload: \(macro.rawValue)")
        }
        guard let last = body.last else { return .null }
        var kept: [CELValue] = []
        var matches = 0
        var failure: CELFailure?
        for item in items {
            try spend(1)
            variables.append((variable, item))
            defer { variables.removeLast() }
            do throws(CELFailure) {
                if macro == .map {
                    if body.count == 2, let condition = body.first, try !isTrue(condition) {
                        continue
                    }
                    kept.append(try evaluate(last))
                } else if try isTrue(last) {
                    if macro == .exists { return .bool(true) }
                    matches += 1
                    kept.append(item)
                } else if macro == .all {
                    return .bool(false)
                }
            } catch {
                // As with && and ||: a later element may decide without this one.
                guard macro == .all || macro == .exists, !error.isOverBudget else { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        switch macro {
        case .all: return .bool(true)
        case .exists: return .bool(false)
        case .existsOne: return .bool(matches == 1)
        case .map, .filter: return .list(kept)
        }
    }

    // MARK: Calls

    private mutating func call(_ name: String, _ receiver: CELNode?, _ arguments: [CELNode])
        throws(CELFailure) -> CELValue
    {
        if case .name("optional")? = receiver?.kind {
            guard let argument = arguments.first else { return .optional(nil) }
            return .optional(try evaluate(argument))
        }
        var values: [CELValue] = []
        if let receiver { values.append(try evaluate(receiver)) }
        for argument in arguments { values.append(try evaluate(argument)) }
        try spend(CELFunction.cost(name, values))
        if let result = try CELOperators.value(name, values) { return result }
        return try CELFunction.value(name, values)
    }
}
