extension Builtins {
    static let collections: [Function] = [
        Function(
            "len", [.reflectValue], isVariadic: false, result: .int,
            .operands { (_, operands) throws(TemplateError) in
                .int(try length(of: operands[0]))
            }),
        Function(
            "index", [.reflectValue, .reflectValue], isVariadic: true, result: .reflectValue,
            .operands { (_, operands) throws(TemplateError) in
                try element(of: operands[0].value, operands.dropFirst())
            }),
        Function(
            "slice", [.reflectValue, .reflectValue], isVariadic: true, result: .reflectValue,
            .operands { (_, operands) throws(TemplateError) in
                try slice(of: operands[0].value, operands.dropFirst().map(\.value))
            }),
    ]
}

private func length(of operand: Operand) throws(TemplateError) -> Int {
    switch operand.value.underlying {
    case .none where operand.isBoxed: throw TemplateError("len of nil pointer")
    case .none: throw TemplateError("reflect: call of reflect.Value.Type on zero Value")
    case .string(let text): return text.count
    case .list(let list): return list.count
    case .map(let map): return map.count
    default: throw TemplateError("len of type \(operand.value.type ?? .any)")
    }
}

/// Go's `index`: the element under the first index, of that the one under the second, and so on.
private func element(
    of item: Value, _ indexes: ArraySlice<Operand>
) throws(TemplateError) -> Value {
    guard !item.isNone else { throw TemplateError("index of untyped nil") }
    var item = item
    for index in indexes {
        switch item.underlying {
        case .none: throw TemplateError("index of nil pointer")
        case .string(let text):
            let place = try place(index.value, upTo: text.count)
            guard place < text.count else {
                throw TemplateError("reflect: string index out of range")
            }
            item = .uint8(text.bytes[place])
        case .list(let list):
            let place = try place(index.value, upTo: list.count)
            guard place < list.count else {
                throw TemplateError("reflect: slice index out of range")
            }
            item = list[place]
        case .map(let map):
            guard case .string(let key) = try prepared(index.value, as: .string) else {
                throw TemplateError("value has type \(index.typeName); should be string")
            }
            item = map[key] ?? Value.zero(of: map.elementType)
        default: throw TemplateError("can't index item of type \(item.type ?? .any)")
        }
    }
    return item
}

private func place(_ index: Value, upTo end: Int) throws(TemplateError) -> Int {
    guard let type = index.type else { throw TemplateError("cannot index slice/array with nil") }
    guard case .int64(let number)? = Value.integer(index, as: .int64) else {
        throw TemplateError("cannot index slice/array with type \(type)")
    }
    guard number >= 0, number <= end else {
        throw TemplateError("index out of range: \(number)")
    }
    return Int(number)
}

/// Go's `slice`: what lies from the first index up to the second.
private func slice(of item: Value, _ indexes: [Value]) throws(TemplateError) -> Value {
    guard let type = item.type else { throw TemplateError("slice of untyped nil") }
    guard indexes.count <= 3 else {
        throw TemplateError("too many slice indexes: \(indexes.count)")
    }
    let end: Int
    switch item.underlying {
    case .string(let text):
        guard indexes.count < 3 else { throw TemplateError("cannot 3-index slice a string") }
        end = text.count
    case .list(let list): end = list.count
    default: throw TemplateError("can't slice item of type \(type)")
    }
    var places = [0, end]
    for (number, index) in indexes.enumerated() {
        let place = try place(index, upTo: end)
        if number < 2 { places[number] = place } else { places.append(place) }
    }
    guard places[0] <= places[1] else {
        throw TemplateError("invalid slice index: \(places[0]) > \(places[1])")
    }
    if places.count == 3, places[1] > places[2] {
        throw TemplateError("invalid slice index: \(places[1]) > \(places[2])")
    }
    switch item.underlying {
    case .string(let text): return .string(ByteString(text.bytes[places[0]..<places[1]]))
    case .list(let list): return .list(list.slice(places[0]..<places[1]))
    default: return item
    }
}
