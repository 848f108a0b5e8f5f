internal import Model
internal import Schemas

extension Comparison {
    mutating func compareList(_ desired: [Node], _ live: [Node], _ type: SchemaType?) {
        switch type?.listKind ?? listKindFromOwners() {
        case .map(let keys): compareListMap(desired, live, ListKeys(keys, type), type)
        case .set: compareSet(desired, live)
        case .atomic: compareAtomicList(desired, live, type)
        }
    }

    /// How the server merges a list whose schema is not known, as the owners' entries betray it.
    private func listKindFromOwners() -> SchemaType.ListKind {
        for (key, _) in owned?.part(at: path) ?? Mapping() {
            switch FieldPath.Step(fieldSetKey: key) {
            case .element(let keys)?: return .map(keys: keys.map(\.field))
            case .value?: return .set
            default: continue
            }
        }
        return .atomic
    }

    private mutating func compareAtomicList(
        _ desired: [Node], _ live: [Node], _ type: SchemaType?
    ) {
        let live = withoutAddedTolerations(live, desired)
        guard desired.count == live.count else {
            record(.array(desired), .array(live))
            return
        }
        let outer = (isInAtomic, isStrict)
        defer { (isInAtomic, isStrict) = outer }
        if !isInAtomic { enterAtomic() }
        let element = type?.element
        for (index, wanted) in desired.enumerated() where wanted != live[index] {
            path.append(.index(index))
            compareValue(wanted, live[index], element)
            path.removeLast()
        }
    }

    private mutating func compareSet(_ desired: [Node], _ live: [Node]) {
        for value in desired where !live.contains(value) {
            guard let text = value.scalarText else {
                record(.array(desired), .array(live))
                return
            }
            path.append(.value(text))
            record(value, nil)
            path.removeLast()
        }
    }

    private mutating func compareListMap(
        _ desired: [Node], _ live: [Node], _ keys: ListKeys, _ type: SchemaType?
    ) {
        let element = type?.element
        let positions = ListPositions(live, keys)
        for (index, wanted) in desired.enumerated() {
            let position = positions.position(of: wanted, at: index)
            if let position, wanted == live[position] { continue }
            path.append(keys.step(of: wanted) ?? .index(index))
            if let position {
                compareValue(wanted, live[position], element)
            } else {
                record(wanted, nil)
            }
            path.removeLast()
        }
    }
}

/// The fields that identify the elements of a list-map, with their defaults.
struct ListKeys {
    private let fields: [(name: String, initial: Node?)]

    init(_ names: [String], _ list: SchemaType?) {
        let element = list?.element
        fields = names.map { ($0, element?.attributes(of: $0)?.defaultValue) }
    }

    func areEqual(_ a: Node, _ b: Node) -> Bool {
        for (name, initial) in fields {
            let (left, right) = (a[name] ?? initial, b[name] ?? initial)
            guard left == right || left?.scalarText == right?.scalarText else { return false }
        }
        return true
    }

    /// Whether the element has these values, which are in the order of the fields.
    func match(_ element: Node, _ values: [FieldPath.ElementKey]) -> Bool {
        guard values.count == fields.count else { return false }
        for (field, value) in zip(fields, values) {
            guard field.name == value.field,
                (element[field.name] ?? field.initial)?.scalarText == value.value
            else { return false }
        }
        return true
    }

    /// `nil` when the element is no object with all keys.
    func step(of element: Node) -> FieldPath.Step? {
        var keys: [FieldPath.ElementKey] = []
        for (name, initial) in fields {
            guard let text = (element[name] ?? initial)?.scalarText else { return nil }
            keys.append(FieldPath.ElementKey(field: name, value: text))
        }
        return keys.isEmpty ? nil : .element(keys.sorted { $0.field < $1.field })
    }
}

/// Where the elements of a list-map are.
///
/// Short lists are searched; longer ones have an index, so that comparing them does not take the square of
/// their length.
struct ListPositions {
    private let elements: [Node]
    private let keys: ListKeys
    private let places: [FieldPath.Step: Int]?

    init(_ elements: [Node], _ keys: ListKeys) {
        self.elements = elements
        self.keys = keys
        let most = 16
        guard elements.count > most else {
            places = nil
            return
        }
        var places: [FieldPath.Step: Int] = [:]
        for (place, element) in elements.enumerated() {
            guard let step = keys.step(of: element), places[step] == nil else { continue }
            places[step] = place
        }
        self.places = places
    }

    /// First tried at the same place, where it nearly always is.
    func position(of element: Node, at place: Int) -> Int? {
        if place < elements.count, keys.areEqual(element, elements[place]) { return place }
        if let places { return keys.step(of: element).flatMap { places[$0] } }
        return elements.firstIndex { keys.areEqual(element, $0) }
    }

    func element(_ step: FieldPath.Step, _ values: [FieldPath.ElementKey]) -> Node? {
        if let places { return places[step].map { elements[$0] } }
        return elements.first { keys.match($0, values) }
    }
}
