import Model

/// Which objects a request or a workload means, by their labels.
///
/// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
struct LabelSelector: Equatable, Sendable {
    enum Requirement: Equatable, Sendable {
        case exists(String)
        case absent(String)
        case among(String, Set<String>)
        /// Also true without the label.
        case notAmong(String, Set<String>)
        case greater(String, Int64)
        case less(String, Int64)
    }

    var requirements: [Requirement] = []

    var isEmpty: Bool { requirements.isEmpty }

    func matches(_ labels: Node?) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .exists(let key): labels?[key] != nil
            case .absent(let key): labels?[key] == nil
            case .among(let key, let values):
                (labels?[key]?.stringValue).map(values.contains) ?? false
            case .notAmong(let key, let values):
                !((labels?[key]?.stringValue).map(values.contains) ?? false)
            case .greater(let key, let bound):
                (labels?[key]?.stringValue).flatMap(Int64.init).map { $0 > bound } ?? false
            case .less(let key, let bound):
                (labels?[key]?.stringValue).flatMap(Int64.init).map { $0 < bound } ?? false
            }
        }
    }

    /// The selector of a workload: `matchLabels` and `matchExpressions`.
    init(workload selector: Node?) {
        for (key, value) in selector?["matchLabels"]?.objectValue ?? Mapping() {
            requirements.append(.among(key, [value.stringValue ?? ""]))
        }
        for expression in selector?["matchExpressions"]?.arrayValue ?? [] {
            guard let key = expression["key"]?.stringValue else { continue }
            let values = Set(
                (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue))
            switch expression["operator"]?.stringValue {
            case "In": requirements.append(.among(key, values))
            case "NotIn": requirements.append(.notAmong(key, values))
            case "Exists": requirements.append(.exists(key))
            case "DoesNotExist": requirements.append(.absent(key))
            default: break
            }
        }
    }

    init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// As Kubernetes prints a selector: `app=web,tier in (back,front)`.
    var text: String {
        requirements.map { requirement in
            switch requirement {
            case .exists(let key): key
            case .absent(let key): "!" + key
            case .among(let key, let values):
                values.count == 1
                    ? key + "=" + (values.first ?? "")
                    : "\(key) in (\(values.sorted().joined(separator: ",")))"
            case .notAmong(let key, let values):
                "\(key) notin (\(values.sorted().joined(separator: ",")))"
            case .greater(let key, let bound): "\(key)>\(bound)"
            case .less(let key, let bound): "\(key)<\(bound)"
            }
        }.sorted().joined(separator: ",")
    }
}
