extension Sprig {
    static let math: [Function] = integers + decimals + ranges

    private static let integers: [Function] = [
        Function(variadic: "add") { (values: [Value]) in
            values.reduce(Int64(0)) { $0 &+ castToInt64($1) }
        },
        Function("add1") { (value: Value) in castToInt64(value) &+ 1 },
        Function("sub") { (a: Value, b: Value) in castToInt64(a) &- castToInt64(b) },
        Function("div") { (a: Value, b: Value) throws(TemplateError) in
            try checkDivisor(b)
            // The smallest integer by -1 is itself.
            return castToInt64(a).dividedReportingOverflow(by: castToInt64(b)).partialValue
        },
        Function("mod") { (a: Value, b: Value) throws(TemplateError) in
            try checkDivisor(b)
            return castToInt64(a)
                .remainderReportingOverflow(dividingBy: castToInt64(b)).partialValue
        },
        Function(variadic: "mul") { (first: Value, rest: [Value]) in
            rest.reduce(castToInt64(first)) { $0 &* castToInt64($1) }
        },
        largest("max"), largest("biggest"),
        Function(variadic: "min") { (first: Value, rest: [Value]) in
            rest.reduce(castToInt64(first)) { Swift.min($0, castToInt64($1)) }
        },
    ]

    private static func largest(_ name: String) -> Function {
        Function(variadic: name) { (first: Value, rest: [Value]) in
            rest.reduce(castToInt64(first)) { Swift.max($0, castToInt64($1)) }
        }
    }

    private static func checkDivisor(_ value: Value) throws(TemplateError) {
        if castToInt64(value) == 0 {
            throw TemplateError("runtime error: integer divide by zero")
        }
    }

    private static let decimals: [Function] = [
        Function(variadic: "addf") { (values: [Value]) throws(TemplateError) in
            try decimal(.float64(0), values) { $0 + $1 }
        },
        Function("add1f") { (value: Value) throws(TemplateError) in
            try decimal(value, [.int(1)]) { $0 + $1 }
        },
        Function(variadic: "subf") { (first: Value, rest: [Value]) throws(TemplateError) in
            try decimal(first, rest) { $0 - $1 }
        },
        Function(variadic: "mulf") { (first: Value, rest: [Value]) throws(TemplateError) in
            try decimal(first, rest) { $0 * $1 }
        },
        Function(variadic: "divf") { (first: Value, rest: [Value]) throws(TemplateError) in
            for value in rest where try exact(value).isZero {
                throw TemplateError("decimal division by 0")
            }
            return try decimal(first, rest) { $0 / $1 }
        },
        Function(variadic: "maxf") { (first: Value, rest: [Value]) in
            rest.reduce(castToFloat(first)) { goMaximum($0, castToFloat($1)) }
        },
        Function(variadic: "minf") { (first: Value, rest: [Value]) in
            rest.reduce(castToFloat(first)) { -goMaximum(-$0, -castToFloat($1)) }
        },
        Function("floor") { (value: Value) in castToFloat(value).rounded(.down) },
        Function("ceil") { (value: Value) in castToFloat(value).rounded(.up) },
        Function(variadic: "round") { (value: Value, places: Int, options: [Double]) in
            rounded(castToFloat(value), places, roundOn: options.first ?? 0.5)
        },
    ]

    private static func decimal(
        _ first: Value, _ rest: [Value], _ combine: (ExactDecimal, ExactDecimal) -> ExactDecimal
    ) throws(TemplateError) -> Double {
        var result = try exact(first)
        for value in rest { result = combine(result, try exact(value)) }
        return result.double
    }

    private static func exact(_ value: Value) throws(TemplateError) -> ExactDecimal {
        let number = castToFloat(value)
        guard number.isFinite else {
            throw TemplateError("Cannot create a Decimal from \(printed([.float64(number)]))")
        }
        return ExactDecimal(number)
    }

    private static func rounded(_ value: Double, _ places: Int, roundOn: Double) -> Double {
        let power = powerOfTen(places)
        let digit = power * value
        let fraction = digit - digit.rounded(.towardZero)
        return digit.rounded(fraction >= roundOn ? .up : .down) / power
    }

    /// As `math.Pow(10, n)`.
    private static func powerOfTen(_ exponent: Int) -> Double {
        if exponent > 308 { return .infinity }
        if exponent < -323 { return 0 }
        return Double("1e\(exponent)") ?? 1
    }

    /// As `math.Max`: infinity before NaN, and NaN before every other number.
    private static func goMaximum(_ a: Double, _ b: Double) -> Double {
        if a == .infinity || b == .infinity { return .infinity }
        return a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
    }
}

extension Sprig {
    private static let ranges: [Function] = [
        Function(inContext: "until") {
            (execution: inout Execution, count: Int) throws(TemplateError) in
            try steps(&execution, from: 0, to: count, by: count < 0 ? -1 : 1)
        },
        Function(inContext: "untilStep") {
            (execution: inout Execution, start: Int, stop: Int, step: Int) throws(TemplateError) in
            try steps(&execution, from: start, to: stop, by: step)
        },
        Function(variadicInContext: "seq") {
            (execution: inout Execution, values: [Int]) throws(TemplateError) in
            try sequence(&execution, values)
        },
    ]

    /// The integers from `start` up or down to `stop`, which is not among them.
    private static func steps(
        _ execution: inout Execution, from start: Int, to stop: Int, by step: Int
    ) throws(TemplateError) -> [Int] {
        guard step != 0, start != stop, (stop < start) == (step < 0) else { return [] }
        let distance = UInt(bitPattern: stop > start ? stop &- start : start &- stop)
        try execution.charge(steps: Int(clamping: (distance - 1) / step.magnitude + 1))
        return Array(stride(from: start, to: stop, by: step))
    }

    private static func sequence(
        _ execution: inout Execution, _ values: [Int]
    ) throws(TemplateError) -> ByteString {
        let start: Int
        let end: Int
        let step: Int
        switch values.count {
        case 1: (start, end, step) = (1, values[0], values[0] < 1 ? -1 : 1)
        case 2: (start, end, step) = (values[0], values[1], values[1] < values[0] ? -1 : 1)
        case 3:
            (start, step, end) = (values[0], values[1], values[2])
            if end < start, step > 0 { return "" }
        default: return ""
        }
        let numbers = try steps(
            &execution, from: start, to: end &+ (end < start ? -1 : 1), by: step)
        return ByteString(numbers.map(String.init).joined(separator: " "))
    }
}
