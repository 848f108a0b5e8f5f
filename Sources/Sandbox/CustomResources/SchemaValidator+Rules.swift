import Model

/// One expression of a rule in `x-kubernetes-validations`.
struct CELSource: Hashable, Sendable {
    var text: String
    var result: CELType
    var hasOptionalOldSelf: Bool

    func program(schema: Node) throws(CELProblem) -> CELProgram {
        try CELProgram(
            text, schema: schema, result: result, hasOptionalOldSelf: hasOptionalOldSelf)
    }

    init?(_ field: String, of rule: Node) {
        guard let text = rule[field]?.stringValue, !text.isEmpty else { return nil }
        self.text = text
        result = field == "rule" ? .bool : .string
        hasOptionalOldSelf = rule["optionalOldSelf"] == true
    }

    static func all(of rule: Node) -> [CELSource] {
        ["rule", "messageExpression"].compactMap { CELSource($0, of: rule) }
    }
}

extension SchemaValidator {
    /// What all rules of one object may cost together.
    ///
    /// Source: RuntimeCELCostBudget in
    /// https://github.com/kubernetes/apiserver/blob/v0.36.0/pkg/apis/cel/config.go
    private static let budget = 10_000_000

    /// The rules in CEL that an object breaks.
    func ruleCauses(of object: Node, old: Node?) -> [APIStatus.Cause] {
        var run = RuleRun(programs: programs, budget: Self.budget)
        run.check(object, old: old, schema, "")
        return run.causes
    }
}

/// Goes through an object with the rules of its schema.
///
/// Source: https://github.com/kubernetes/apiextensions-apiserver/blob/v0.36.0/pkg/apiserver/schema/cel/validation.go
private struct RuleRun {
    let programs: [CELSource: CELProgram]
    var budget: Int
    var causes: [APIStatus.Cause] = []

    init(programs: [CELSource: CELProgram], budget: Int) {
        self.programs = programs
        self.budget = budget
    }

    mutating func check(_ value: Node, old: Node?, _ schema: Node, _ path: String) {
        if let old, old == value { return }
        if let rules = schema["x-kubernetes-validations"]?.arrayValue {
            let current = CELValue(value, schema: schema)
            let former = old.map { CELValue($0, schema: schema) }
            for rule in rules where budget > 0 { evaluate(rule, current, former, path) }
        }
        switch value {
        case .object(let mapping):
            for (name, child) in mapping.sortedByKey {
                if let property = schema["properties"]?[name] {
                    let field = path.isEmpty ? name : "\(path).\(name)"
                    check(child, old: old?[name], property, field)
                } else if let values = schema["additionalProperties"], values.objectValue != nil {
                    check(child, old: old?[name], values, "\(path)[\(name)]")
                }
            }
        case .array(let items):
            guard let element = schema["items"] else { return }
            let list = CorrelatedList(schema: schema, old: old)
            for (index, item) in items.enumerated() {
                check(item, old: list.old(of: item), element, "\(path)[\(index)]")
            }
        default: break
        }
    }

    private mutating func evaluate(
        _ rule: Node, _ value: CELValue, _ old: CELValue?, _ path: String
    ) {
        guard let source = CELSource("rule", of: rule) else { return }
        let name = trimmed(rule["message"]?.stringValue) ?? source.text.trimmingSpaces
        guard let program = programs[source] else {
            return report("Invalid value: this server cannot evaluate rule: \(name)", path)
        }
        if program.needsOldSelf, old == nil { return }
        do throws(CELFailure) {
            guard case .bool(let holds) = try program.value(of: value, old: old, budget: &budget)
            else { throw .noOverload("rule") }
            if !holds { fail(rule, message(rule, value, old), path) }
        } catch {
            if error.isOverBudget {
                budget = 0
                return report(
                    "Invalid value: '\(error.message)': no further validation rules will be run "
                        + "due to call cost exceeds limit for rule: \(name)", path)
            }
            if error.message.contains("no such overload") {
                return report(
                    "Invalid value: '\(error.message)': call arguments did not match a supported "
                        + "operator, function or macro signature for rule: \(name)", path)
            }
            report("Invalid value: \(error.message) evaluating rule: \(name)", path)
        }
    }

    /// `messageExpression` where it has a value, else `message`, else the rule itself.
    private mutating func message(_ rule: Node, _ value: CELValue, _ old: CELValue?) -> String {
        let fixed =
            trimmed(rule["message"]?.stringValue)
            ?? "failed rule: \((rule["rule"]?.stringValue ?? "").trimmingSpaces)"
        guard let source = CELSource("messageExpression", of: rule), let program = programs[source]
        else { return fixed }
        guard
            case .string(let text)? = try? program.value(of: value, old: old, budget: &budget),
            let text = trimmed(text), !text.contains("\n")
        else { return fixed }
        return text
    }

    private func trimmed(_ text: String?) -> String? {
        guard let text = text?.trimmingSpaces, !text.isEmpty else { return nil }
        return text
    }

    private mutating func report(_ message: String, _ field: String) {
        let place = field.isEmpty ? "<nil>" : field
        causes.append(.init(reason: "FieldValueInvalid", message: message, field: place))
    }

    private mutating func fail(_ rule: Node, _ message: String, _ path: String) {
        let place = Self.field(path, rule["fieldPath"]?.stringValue ?? "")
        // The path of a whole object is none, as Go prints it.
        let field = place.isEmpty ? "<nil>" : place
        let reason = rule["reason"]?.stringValue ?? "FieldValueInvalid"
        let prefix =
            switch reason {
            case "FieldValueForbidden": "Forbidden"
            case "FieldValueRequired": "Required value"
            case "FieldValueDuplicate": "Duplicate value"
            default: "Invalid value"
            }
        causes.append(.init(reason: reason, message: "\(prefix): \(message)", field: field))
    }

    /// `spec` and `.a['b.c']` make `spec.a[b.c]`.
    private static func field(_ path: String, _ relative: String) -> String {
        let rest = relative.filter { $0 != "'" && $0 != "\"" }
        if path.isEmpty { return rest.hasPrefix(".") ? String(rest.dropFirst()) : rest }
        return path + rest
    }
}
