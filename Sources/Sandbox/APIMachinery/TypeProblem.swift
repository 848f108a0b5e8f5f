import Model
import Schemas

/// A value that does not fit its schema, worded as structured-merge-diff words it.
///
/// Source: https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/validate.go
struct TypeProblem {
    var path: [PathElement]
    var message: String

    var text: String { path.isEmpty ? message : "\(pathText(path)): \(message)" }

    static func all(in value: Node, _ type: SchemaType?) -> [TypeProblem] {
        var problems: [TypeProblem] = []
        var path: [PathElement] = []
        collect(value, type, &path, &problems)
        return problems
    }

    private static func collect(
        _ value: Node, _ type: SchemaType?, _ path: inout [PathElement],
        _ problems: inout [TypeProblem]
    ) {
        guard let type, !value.isNull else { return }
        func report(_ message: String) {
            problems.append(TypeProblem(path: path, message: message))
        }
        if type.isObject {
            guard case .object(let mapping) = value else {
                return report("expected map, got &value.valueUnstructured{Value:\(goText(value))}")
            }
            for (name, child) in mapping {
                path.append(.field(name))
                if let childType = type.field(name) {
                    collect(child, childType, &path, &problems)
                } else {
                    problems.append(
                        TypeProblem(path: path, message: "field not declared in schema"))
                }
                path.removeLast()
            }
        } else if let kind = type.listKind {
            guard case .array(let items) = value else {
                return report("expected list, got &value.valueUnstructured{Value:\(goText(value))}")
            }
            var seen: Set<PathElement> = []
            for (index, item) in items.enumerated() {
                var step = PathElement.index(index)
                if kind != .atomic {
                    guard let element = Typed.element(of: item, in: type) else {
                        report("element \(index): " + keyProblem(item, kind))
                        continue
                    }
                    step = element
                    if !seen.insert(element).inserted {
                        report("duplicate entries for key \(pathText([element]))")
                    }
                }
                path.append(step)
                collect(item, type.element, &path, &problems)
                path.removeLast()
            }
        } else if let expected = mismatch(value, type.scalar) {
            report("expected \(expected), got &value.valueUnstructured{Value:\(goText(value))}")
        }
    }

    private static func keyProblem(_ item: Node, _ kind: SchemaType.ListKind) -> String {
        guard case .map(let keys) = kind else { return "set elements must be scalars" }
        guard item.objectValue != nil else {
            return "associative list with keys may not have non-map elements"
        }
        let names = keys.map(quoted).joined(separator: " ")
        return "associative list with keys has an element that omits all key fields [\(names)] "
            + "(and doesn't have default values for any key fields)"
    }

    /// The type that was expected when `value` has another.
    private static func mismatch(_ value: Node, _ scalar: SchemaType.Scalar?) -> String? {
        switch (scalar, value) {
        case (.string, .string), (.bytes, .string), (.time, .string), (.microTime, .string): nil
        case (.string, _), (.bytes, _), (.time, _), (.microTime, _): "string"
        case (.integer, .int), (.integer, .double), (.number, .int), (.number, .double): nil
        case (.integer, _), (.number, _): "numeric (int or float)"
        case (.boolean, .bool): nil
        case (.boolean, _): "boolean"
        default: nil
        }
    }

    private static func goText(_ value: Node) -> String { value.scalarText ?? value.compactText }
}
