extension Sprig {
    static let lists: [Function] =
        makers + [
            Function(variadicInContext: "concat") {
                (execution: inout Execution, lists: [Value]) throws(TemplateError) in
                for list in lists { try execution.charge(steps: list.asList?.count ?? 0) }
                return try concatenated(lists)
            }
        ] + mustPairs

    private static let makers: [Function] = [
        Function(variadic: "list") { (values: [Value]) in List(values) },
        Function(variadic: "tuple") { (values: [Value]) in List(values) },
    ]

    /// Functions that Sprig has twice, because the plain ones panic where the others return an error.
    ///
    /// A template cannot tell the difference.
    private static let mustPairs: [Function] =
        pair("first", pick("first") { $0.first })
        + pair("last", pick("last") { $0.last })
        + pair("rest", part("rest") { $0.dropFirst() })
        + pair("initial", part("initial") { $0.dropLast() })
        + pair("append", add("push") { $0 + [$1] }) + pair("push", add("push") { $0 + [$1] })
        + pair("prepend", add("prepend") { [$1] + $0 })
        + pair("reverse", change("Cannot find reverse on type") { $0.reversed() })
        + pair("uniq", uniq)
        + pair("compact", change("Cannot compact on type") { $0.filter { !isEmpty($0) } })
        + [without("without"), without("mustWithout"), has("has"), has("mustHas")]
        + [slice("slice"), slice("mustSlice"), chunk("chunk"), chunk("mustChunk")]

    private static func pair(_ name: String, _ make: (String) -> Function) -> [Function] {
        let capital = name.prefix(1).uppercased() + name.dropFirst()
        return [make(name), make("must" + capital)]
    }

    /// The values of a list, or the error of a function that takes nothing else.
    private static func elements(
        _ value: Value, _ complaint: String
    ) throws(TemplateError) -> [Value] {
        if let list = value.asList { return list.elements }
        throw TemplateError("\(complaint) \(try kind(of: value))")
    }

    /// As `reflect.TypeOf(value).Kind()`, which nil does not have.
    static func kind(of value: Value) throws(TemplateError) -> String {
        if let type = value.type { return type.kind }
        throw TemplateError("runtime error: invalid memory address or nil pointer dereference")
    }

    private static func pick(
        _ name: String, _ choose: @escaping @Sendable ([Value]) -> Value?
    ) -> (String) -> Function {
        { functionName in
            Function(functionName) { (list: Value) throws(TemplateError) in
                choose(try elements(list, "Cannot find \(name) on type")) ?? .none
            }
        }
    }

    private static func part(
        _ name: String, _ choose: @escaping @Sendable ([Value]) -> ArraySlice<Value>
    ) -> (String) -> Function {
        { functionName in
            Function(functionName) { (list: Value) throws(TemplateError) in
                let values = try elements(list, "Cannot find \(name) on type")
                return values.isEmpty ? List(isNil: true) : List(Array(choose(values)))
            }
        }
    }

    private static func add(
        _ name: String, _ join: @escaping @Sendable ([Value], Value) -> [Value]
    ) -> (String) -> Function {
        { functionName in
            Function(inContext: functionName) {
                (execution: inout Execution, list: Value, value: Value) throws(TemplateError) in
                let values = try elements(list, "Cannot \(name) on type")
                try execution.charge(steps: values.count)
                return List(join(values, value))
            }
        }
    }

    private static func change(
        _ complaint: String, _ change: @escaping @Sendable ([Value]) -> [Value]
    ) -> (String) -> Function {
        { functionName in
            Function(inContext: functionName) {
                (execution: inout Execution, list: Value) throws(TemplateError) in
                let values = try elements(list, complaint)
                try execution.charge(steps: values.count)
                return List(change(values))
            }
        }
    }

    private static func uniq(_ name: String) -> Function {
        Function(inContext: name) {
            (execution: inout Execution, list: Value) throws(TemplateError) in
            var kept: [Value] = []
            for value in try elements(list, "Cannot find uniq on type") {
                if try !execution.contains(kept, value) { kept.append(value) }
            }
            return List(kept)
        }
    }

    private static func without(_ name: String) -> Function {
        Function(variadicInContext: name) {
            (execution: inout Execution, list: Value, omitted: [Value]) throws(TemplateError) in
            let values = try elements(list, "Cannot find without on type")
            var kept: [Value] = []
            for value in values where try !execution.contains(omitted, value) {
                kept.append(value)
            }
            return List(kept)
        }
    }

    private static func has(_ name: String) -> Function {
        Function(inContext: name) {
            (execution: inout Execution, needle: Value, list: Value) throws(TemplateError) in
            if list.isNone { return false }
            let values = try elements(list, "Cannot find has on type")
            return try execution.contains(values, needle)
        }
    }

    private static func slice(_ name: String) -> Function {
        Function(variadic: name) { (value: Value, places: [Value]) throws(TemplateError) in
            guard let list = value.asList else {
                throw TemplateError(
                    "list should be type of slice or array but \(try kind(of: value))")
            }
            guard list.count > 0 else { return Value.none }
            let start = places.isEmpty ? 0 : castToInt(places[0])
            let end = places.count < 2 ? list.count : castToInt(places[1])
            guard 0 <= start, start <= end, end <= list.count else {
                throw TemplateError("reflect.Value.Slice: slice index out of bounds")
            }
            return Value.list(list.slice(start..<end))
        }
    }

    private static func chunk(_ name: String) -> Function {
        Function(name) { (size: Int, list: Value) throws(TemplateError) in
            let values = try elements(list, "Cannot chunk type")
            if size < -1, values.count > 0, values.count - 1 <= size.magnitude {
                // The number of chunks is computed, and comes out as none, or one for a single value.
                let chunks = values.count == 1 ? [Value.list(values)] : []
                return Value.list(List(chunks, of: .anyList))
            }
            guard size > 0 else {
                throw TemplateError("runtime error: makeslice: len out of range")
            }
            var chunks: [Value] = []
            var start = 0
            while start < values.count {
                let end = size < values.count - start ? start + size : values.count
                chunks.append(.list(Array(values[start..<end])))
                start = end
            }
            return Value.list(List(chunks, of: .anyList))
        }
    }

    private static func concatenated(_ lists: [Value]) throws(TemplateError) -> List {
        var values: [Value] = []
        for value in lists {
            guard let list = value.asList else {
                throw TemplateError("Cannot concat type \(try kind(of: value)) as list")
            }
            values += list.elements
        }
        return List(values, isNil: values.isEmpty)
    }
}
