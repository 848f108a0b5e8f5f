extension Sprig {
    /// What Helm 4.3 adds to Sprig: durations as numbers of a unit.
    ///
    /// Source: https://github.com/helm/helm/blob/v4.3.1/pkg/engine/funcs.go
    static let durations: [Function] = [
        Function("mustToDuration") { (value: Value) throws(TemplateError) in try duration(value) },
        Function("durationNanoseconds") { (value: Value) in lenient(value).nanoseconds },
        Function("durationMicroseconds") { (value: Value) in lenient(value).nanoseconds / 1_000 },
        Function("durationMilliseconds") { (value: Value) in
            lenient(value).nanoseconds / 1_000_000
        },
        Function("durationSeconds") { (value: Value) in
            lenient(value).count(of: GoDuration.second)
        },
        Function("durationMinutes") { (value: Value) in
            lenient(value).count(of: GoDuration.minute)
        },
        Function("durationHours") { (value: Value) in lenient(value).count(of: GoDuration.hour) },
        Function("durationDays") { (value: Value) in
            lenient(value).count(of: GoDuration.hour) / 24
        },
        Function("durationWeeks") { (value: Value) in
            lenient(value).count(of: GoDuration.hour) / 24 / 7
        },
        Function("durationRoundTo") { (value: Value, unit: Value) in
            lenient(value).rounded(to: lenient(unit))
        },
        Function("durationTruncateTo") { (value: Value, unit: Value) in
            lenient(value).truncated(to: lenient(unit))
        },
    ]

    /// What is no duration counts as none.
    private static func lenient(_ value: Value) -> GoDuration {
        (try? duration(value)) ?? GoDuration(nanoseconds: 0)
    }

    /// A duration, its text, or a number of seconds.
    private static func duration(_ value: Value) throws(TemplateError) -> GoDuration {
        switch value {
        case .none: throw TemplateError("invalid duration")
        case .object(let box):
            if let duration = box.object as? GoDuration { return duration }
        case .string(let text): return try duration(text)
        case .int(let number): return try seconds(Int64(number))
        case .int64(let number): return try seconds(number)
        case .uint8(let number): return try seconds(Int64(number))
        case .uint64(let number):
            guard let count = Int64(exactly: number) else { throw overflow(value) }
            return try seconds(count)
        case .float64(let number): return try seconds(number)
        case .bool, .list, .map, .function: break
        }
        throw TemplateError("unsupported duration type \(value.type ?? .any)")
    }

    private static func duration(_ text: ByteString) throws(TemplateError) -> GoDuration {
        let trimmed = text.trimmed(isGoSpace)
        if trimmed.isEmpty { throw TemplateError("empty duration") }
        if let duration = try? GoDuration.parse(trimmed) { return duration }
        let number = readFloat(trimmed.bytes)
        guard number.fault == nil else {
            throw TemplateError("could not parse duration \(quoted(text))")
        }
        return try seconds(number.value)
    }

    private static func overflow(_ value: Value) -> TemplateError {
        TemplateError("duration seconds overflow: \(printed([value]))")
    }

    private static func seconds(_ count: Int64) throws(TemplateError) -> GoDuration {
        let (product, isTooLarge) = count.multipliedReportingOverflow(by: GoDuration.second)
        if isTooLarge { throw overflow(.int64(count)) }
        return GoDuration(nanoseconds: product)
    }

    private static func seconds(_ count: Double) throws(TemplateError) -> GoDuration {
        guard count.isFinite else {
            throw TemplateError("invalid duration seconds: \(printed([.float64(count)]))")
        }
        let nanoseconds = count * Double(GoDuration.second)
        guard let whole = Int64(exactly: nanoseconds.rounded(.towardZero)) else {
            throw overflow(.float64(count))
        }
        return GoDuration(nanoseconds: whole)
    }
}
