import Model
import Schemas

/// `value` as the API server's Go type writes it back: with the fields that are always present.
func zeroFilled(_ value: Node, _ type: SchemaType?) -> Node {
    guard let type else { return value }
    switch value {
    case .object(var mapping):
        for (name, zero) in type.zeros where mapping[name] == nil { mapping[name] = zero }
        for (name, child) in mapping {
            switch child {
            case .object, .array: mapping[name] = zeroFilled(child, type.field(name))
            case .null where type.attributes(of: name)?.zero != nil:
                mapping[name] = type.attributes(of: name)?.zero
                if mapping[name]?.objectValue != nil {
                    mapping[name] = zeroFilled([:], type.field(name))
                }
            default: break
            }
        }
        return .object(mapping)
    case .array(let items):
        guard let element = type.element, element.isObject else { return value }
        return .array(items.map { zeroFilled($0, element) })
    default: return value
    }
}
