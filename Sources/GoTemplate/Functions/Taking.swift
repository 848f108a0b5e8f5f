/// The Swift value of an argument, which was checked against the signature before.
func take<T: GoParameter>(_ value: Value) throws(TemplateError) -> T {
    if let taken = T.taken(from: value) { return taken }
    throw TemplateError(
        "wrong type for value; expected \(T.goType); got \(value.type ?? .any)")
}

func take<T: GoParameter>(_ values: [Value], _ place: Int) throws(TemplateError) -> T {
    guard place < values.count else {
        throw TemplateError("wrong number of args: want \(place + 1) got \(values.count)")
    }
    return try take(values[place])
}

func takeRest<T: GoParameter>(_ values: [Value], _ start: Int) throws(TemplateError) -> [T] {
    var rest: [T] = []
    guard start < values.count else { return rest }
    rest.reserveCapacity(values.count - start)
    for place in start..<values.count { rest.append(try take(values[place])) }
    return rest
}
