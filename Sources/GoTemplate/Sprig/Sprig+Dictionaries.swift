extension Sprig {
    static let dictionaries: [Function] = entries + selections + merges

    private static let entries: [Function] = [
        Function(variadicInContext: "dict") {
            (execution: inout Execution, values: [Value]) throws(TemplateError) in
            let map = Map()
            for place in stride(from: 0, to: values.count, by: 2) {
                let value = place + 1 < values.count ? values[place + 1] : .string("")
                map[try execution.text(of: values[place])] = value
            }
            return map
        },
        Function("get") { (map: Map, key: ByteString) in map[key] ?? .string("") },
        Function("set") { (map: Map, key: ByteString, value: Value) throws(TemplateError) in
            if map.isNil { throw TemplateError("assignment to entry in nil map") }
            map[key] = value
            return map
        },
        Function("unset") { (map: Map, key: ByteString) in
            if map[key] != nil { map[key] = nil }
            return map
        },
        Function("hasKey") { (map: Map, key: ByteString) in map[key] != nil },
        Function(variadic: "dig") { (values: [Value]) throws(TemplateError) in try dig(values) },
    ]

    private static func dig(_ values: [Value]) throws(TemplateError) -> Value {
        guard values.count >= 3 else { throw TemplateError("dig needs at least three arguments") }
        var map = try plainMap(values[values.count - 1])
        var path: [ByteString] = []
        for value in values.dropLast(2) {
            guard case .string(let key) = value else { throw conversion(value, to: "string") }
            path.append(key)
        }
        for (place, key) in path.enumerated() {
            guard let value = map[key] else { return values[values.count - 2] }
            if place == path.count - 1 { return value }
            map = try plainMap(value)
        }
        return .none
    }

    /// A map of exactly the type `map[string]interface {}`, as a type assertion demands it.
    private static func plainMap(_ value: Value) throws(TemplateError) -> Map {
        if case .map(let map) = value, map.type == .anyMap { return map }
        throw conversion(value, to: "map[string]interface {}")
    }

    private static func conversion(_ value: Value, to type: String) -> TemplateError {
        let found = value.type.map(\.description) ?? "nil"
        return TemplateError("interface conversion: interface {} is \(found), not \(type)")
    }

    /// Go's maps have no order; here keys come sorted.
    private static let selections: [Function] = [
        Function(variadic: "keys") { (maps: [Map]) in maps.flatMap(\.sortedKeys) },
        Function("values") { (map: Map) in List(map.sortedEntries.map(\.value)) },
        Function(variadic: "pluck") { (key: ByteString, maps: [Map]) in
            List(maps.compactMap { $0[key] })
        },
        Function(variadic: "pick") { (map: Map, keys: [ByteString]) in
            Map(keys.compactMap { key in map[key].map { (key, $0) } })
        },
        Function(variadic: "omit") { (map: Map, keys: [ByteString]) in
            let omitted = Set(keys)
            return Map(
                map.sortedEntries.filter { !omitted.contains($0.key) }
                    .map { ($0.key, $0.value) })
        },
    ]

    private static let merges: [Function] =
        ["merge", "mustMerge"].map { merge($0, overwrites: false) }
        + ["mergeOverwrite", "mustMergeOverwrite"].map { merge($0, overwrites: true) }
        + ["deepCopy", "mustDeepCopy"].map { name in
            Function(inContext: name) {
                (execution: inout Execution, value: Value) throws(TemplateError) in
                if value.isNone {
                    throw TemplateError("reflect: call of reflect.Value.Type on zero Value")
                }
                return try deepCopy(value, &execution, depth: 0)
            }
        }

    private static func merge(_ name: String, overwrites: Bool) -> Function {
        Function(variadicInContext: name) {
            (execution: inout Execution, target: Map, sources: [Map]) throws(TemplateError) in
            let target = target.isNil ? Map() : target
            for source in sources {
                try mergeMap(source, into: target, overwrites, &execution, depth: 0)
            }
            return target
        }
    }
}

/// Maps within maps beyond this depth hold themselves, most likely.
private let maximumDepth = 10_000

/// Copies entries into a map that lacks them, or has something empty for them.
///
/// Maps on both sides are merged; what is copied is shared. With `overwrites`, an empty value of the source
/// replaces one that is not, too.
///
/// Source: https://github.com/darccio/mergo/blob/v1.0.1/merge.go, deepMerge
private func mergeMap(
    _ source: Map, into target: Map, _ overwrites: Bool, _ execution: inout Execution, depth: Int
) throws(TemplateError) {
    guard depth < maximumDepth else { throw TemplateError("maps nest too deeply to be merged") }
    for (key, value) in source.sortedEntries {
        try execution.charge(steps: 1)
        let present = target[key]
        if value.isNone {
            if overwrites { target[key] = value }
            continue
        }
        if case .map(let inner) = value, case .map(let own)? = present, !own.isNil {
            try mergeMap(inner, into: own, overwrites, &execution, depth: depth + 1)
            if own.count > 0 { continue }
        }
        if overwrites || present.map(isEmpty) ?? true { target[key] = value }
    }
}

/// A copy that shares no map and no list with the value.
private func deepCopy(
    _ value: Value, _ execution: inout Execution, depth: Int
) throws(TemplateError) -> Value {
    try execution.charge(steps: 1)
    guard depth < maximumDepth else { throw TemplateError("value nests too deeply to be copied") }
    switch value {
    case .list(let list) where list.bytes == nil:
        var copies: [Value] = []
        copies.reserveCapacity(list.count)
        for element in list.elements {
            copies.append(try deepCopy(element, &execution, depth: depth + 1))
        }
        return .list(List(copies, of: list.elementType, isNil: list.isNil))
    case .map(let map):
        if map.isNil { return value }
        let copy = Map(type: map.type, methods: map.methods)
        for (key, element) in map.sortedEntries {
            copy[key] = try deepCopy(element, &execution, depth: depth + 1)
        }
        return .map(copy)
    default: return value
    }
}
