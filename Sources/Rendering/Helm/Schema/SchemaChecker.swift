internal import Model

/// The keywords of one schema on one value.
struct SchemaChecker {
    let keywords: Mapping
    let value: Node
    let location: [String]
    let place: JSONSchema.Place
    private var failures: [SchemaFailure] = []

    init(keywords: Mapping, value: Node, location: [String], place: JSONSchema.Place) {
        self.keywords = keywords
        self.value = value
        self.location = location
        self.place = place
    }

    mutating func run(
        _ validation: inout SchemaValidation, _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) -> SchemaFailure? {
        let draft = validation.schema.draft
        if draft <= .draft7, keywords["$ref"] != nil {
            return try checkReference("$ref", &validation, &open)
        }
        if let failure = checkType() ?? checkConstants(draft) { return failure }
        if let format = keywords["format"]?.stringValue, draft <= .draft7,
            let text = value.stringValue, let problem = formatProblem(text, format)
        {
            return failure("\(schemaDisplayed(value)) is not valid \(format): \(problem)")
        }
        if let failure = try checkReference("$ref", &validation, &open) { failures.append(failure) }
        switch value {
        case .object(let fields): try checkObject(fields, &validation, &open)
        case .array(let elements): try checkArray(elements, &validation, &open)
        case .string(let text): try checkText(text, &validation)
        case .int(let number): checkNumber(Double(number), draft)
        case .double(let number): checkNumber(number, draft)
        case .null, .bool: break
        }
        if draft >= .draft2019 {
            for keyword in ["$recursiveRef", "$dynamicRef"] {
                if let failure = try checkReference(keyword, &validation, &open) {
                    failures.append(failure)
                }
            }
        }
        try checkCombinations(&validation, &open)
        if draft >= .draft2019 { try checkUnevaluated(&validation, &open) }
        switch failures.count {
        case 0: return nil
        case 1: return failures[0]
        default:
            return SchemaFailure(
                kind: .group, location: location, message: "validation failed", causes: failures)
        }
    }

    func failure(_ message: String, _ causes: [SchemaFailure] = []) -> SchemaFailure {
        SchemaFailure(location: location, message: message, causes: causes)
    }

    mutating func note(_ message: String, _ causes: [SchemaFailure] = []) {
        failures.append(failure(message, causes))
    }

    mutating func note(_ failure: SchemaFailure?) {
        if let failure { failures.append(failure) }
    }

    func below(_ names: String...) -> JSONSchema.Place {
        JSONSchema.Place(pointer: place.pointer + names, base: place.base)
    }

    // MARK: - Any value

    private func checkType() -> SchemaFailure? {
        let wanted: [String]
        switch keywords["type"] {
        case .string(let name)?: wanted = [name]
        case .array(let names)?: wanted = names.compactMap(\.stringValue)
        default: return nil
        }
        let order = ["null", "boolean", "number", "integer", "string", "array", "object"]
        let found = value.schemaType
        let isInteger = value.intValue != nil || value.isWholeNumber
        if wanted.contains(found) || (found == "number" && wanted.contains("integer") && isInteger)
        {
            return nil
        }
        let names = order.filter(wanted.contains)
        return failure("got \(found), want \(names.joined(separator: " or "))")
    }

    private func checkConstants(_ draft: JSONSchema.Draft) -> SchemaFailure? {
        if draft >= .draft6, let wanted = keywords["const"], !value.isSchemaEqual(to: wanted) {
            switch wanted {
            case .array, .object: return failure("const failed")
            default: return failure("value must be \(schemaDisplayed(wanted))")
            }
        }
        guard let allowed = keywords["enum"]?.arrayValue,
            !allowed.contains(where: { value.isSchemaEqual(to: $0) })
        else { return nil }
        let isPlain = allowed.allSatisfy { $0.arrayValue == nil && $0.objectValue == nil }
        guard isPlain else { return failure("enum failed") }
        let names = allowed.map(schemaDisplayed).joined(separator: ", ")
        return failure(
            allowed.count == 1 ? "value must be \(names)" : "value must be one of \(names)")
    }

    private func checkReference(
        _ keyword: String, _ validation: inout SchemaValidation,
        _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) -> SchemaFailure? {
        guard let reference = keywords[keyword]?.stringValue else { return nil }
        let target: JSONSchema.Place?
        if keyword == "$dynamicRef", reference.hasPrefix("#"),
            let dynamic = validation.schema.dynamicAnchors[String(reference.dropFirst())]
        {
            target = dynamic
        } else {
            target = try validation.schema.place(of: reference, from: place.base)
        }
        guard let target, let cause = try checkSelf(target, &validation, &open) else { return nil }
        return SchemaFailure(
            kind: .reference, location: location, message: "validation failed",
            causes: cause.kind == .group ? cause.causes : [cause])
    }

    /// Another schema on the same value; what it has looked at counts only when it holds.
    func checkSelf(
        _ place: JSONSchema.Place, _ validation: inout SchemaValidation,
        _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) -> SchemaFailure? {
        var seen = SchemaValidation.Evaluated(value)
        let failure = try validation.check(value, at: location, place, &seen)
        if failure == nil { open.formIntersection(seen) }
        return failure
    }

    /// A schema on a value within this one.
    func checkInner(
        _ inner: Node, _ name: String, _ place: JSONSchema.Place,
        _ validation: inout SchemaValidation
    ) throws(ChartError) -> SchemaFailure? {
        var seen = SchemaValidation.Evaluated(inner)
        return try validation.check(inner, at: location + [name], place, &seen)
    }

    // MARK: - Texts and numbers

    private mutating func checkText(_ text: String, _ validation: inout SchemaValidation)
        throws(ChartError)
    {
        let length = text.unicodeScalars.count
        if let least = number("minLength"), Double(length) < least {
            note("minLength: got \(schemaNumber(Double(length))), want \(schemaNumber(least))")
        }
        if let most = number("maxLength"), Double(length) > most {
            note("maxLength: got \(schemaNumber(Double(length))), want \(schemaNumber(most))")
        }
        if let pattern = keywords["pattern"]?.stringValue, try !validation.matches(text, pattern) {
            note("\(schemaQuoted(text)) does not match pattern \(schemaQuoted(pattern))")
        }
    }

    private mutating func checkNumber(_ found: Double, _ draft: JSONSchema.Draft) {
        func tell(_ keyword: String, _ wanted: Double) {
            note("\(keyword): got \(schemaNumber(found)), want \(schemaNumber(wanted))")
        }
        // In draft 4 the exclusive bounds are booleans beside the bounds.
        let isOpenBelow = draft == .draft4 && keywords["exclusiveMinimum"] == .bool(true)
        let isOpenAbove = draft == .draft4 && keywords["exclusiveMaximum"] == .bool(true)
        if let least = number("minimum") {
            if isOpenBelow, found <= least {
                tell("exclusiveMinimum", least)
            } else if !isOpenBelow, found < least {
                tell("minimum", least)
            }
        }
        if let most = number("maximum") {
            if isOpenAbove, found >= most {
                tell("exclusiveMaximum", most)
            } else if !isOpenAbove, found > most {
                tell("maximum", most)
            }
        }
        if draft > .draft4 {
            if let bound = number("exclusiveMinimum"), found <= bound {
                tell("exclusiveMinimum", bound)
            }
            if let bound = number("exclusiveMaximum"), found >= bound {
                tell("exclusiveMaximum", bound)
            }
        }
        if let factor = number("multipleOf"), factor > 0, !found.isMultiple(ofFactor: factor) {
            tell("multipleOf", factor)
        }
    }

    func number(_ keyword: String) -> Double? {
        switch keywords[keyword] {
        case .int(let value)?: Double(value)
        case .double(let value)?: value
        default: nil
        }
    }

    // MARK: - Combinations

    private mutating func checkCombinations(
        _ validation: inout SchemaValidation, _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) {
        if keywords["not"] != nil {
            var ignored = open
            if try checkSelf(below("not"), &validation, &ignored) == nil { note("not failed") }
        }
        if let schemas = keywords["allOf"]?.arrayValue, !schemas.isEmpty {
            var causes: [SchemaFailure] = []
            for index in schemas.indices {
                let failure = try checkSelf(below("allOf", String(index)), &validation, &open)
                if let failure { causes.append(failure) }
            }
            if !causes.isEmpty { note("allOf failed", causes) }
        }
        if let schemas = keywords["anyOf"]?.arrayValue, !schemas.isEmpty {
            var causes: [SchemaFailure] = []
            for index in schemas.indices {
                let failure = try checkSelf(below("anyOf", String(index)), &validation, &open)
                if let failure { causes.append(failure) }
            }
            if causes.count == schemas.count { note("anyOf failed", causes) }
        }
        try checkOneOf(&validation, &open)
        guard keywords["if"] != nil, validation.schema.draft >= .draft7 else { return }
        let branch = try checkSelf(below("if"), &validation, &open) == nil ? "then" : "else"
        if keywords[branch] != nil {
            note(try checkSelf(below(branch), &validation, &open))
        }
    }

    private mutating func checkOneOf(
        _ validation: inout SchemaValidation, _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) {
        guard let schemas = keywords["oneOf"]?.arrayValue, !schemas.isEmpty else { return }
        var causes: [SchemaFailure] = []
        var matched: Int?
        for index in schemas.indices {
            let failure = try checkSelf(below("oneOf", String(index)), &validation, &open)
            if let failure {
                if matched == nil { causes.append(failure) }
            } else if let first = matched {
                note("oneOf failed, subschemas \(first), \(index) matched")
                return
            } else {
                matched = index
            }
        }
        if matched == nil { note("oneOf failed, none matched", causes) }
    }

    private mutating func checkUnevaluated(
        _ validation: inout SchemaValidation, _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) {
        if case .object(let fields) = value, keywords["unevaluatedProperties"] != nil {
            for name in open.properties.sorted() {
                guard let inner = fields[name] else { continue }
                note(try checkInner(inner, name, below("unevaluatedProperties"), &validation))
            }
            open.properties = []
        }
        if case .array(let elements) = value, keywords["unevaluatedItems"] != nil {
            for index in open.items.sorted() {
                note(
                    try checkInner(
                        elements[index], String(index), below("unevaluatedItems"), &validation))
            }
            open.items = []
        }
    }
}

extension Node {
    /// The type as JSON Schema names it.
    var schemaType: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int, .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    fileprivate var isWholeNumber: Bool {
        if case .double(let number) = self { number == number.rounded() } else { false }
    }

    /// Whether two values are equal to JSON Schema, to which `1` and `1.0` are one number.
    func isSchemaEqual(to other: Node) -> Bool {
        switch (self, other) {
        case (.int, .double), (.double, .int), (.int, .int), (.double, .double):
            return numberValue == other.numberValue
        case (.array(let a), .array(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { $0.isSchemaEqual(to: $1) }
        case (.object(let a), .object(let b)):
            return a.count == b.count
                && a.allSatisfy { key, value in b[key].map(value.isSchemaEqual) ?? false }
        default: return self == other
        }
    }

    private var numberValue: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}

extension Double {
    /// Whether a number is a multiple of another, both as people write them: 0.3 is one of 0.1.
    fileprivate func isMultiple(ofFactor factor: Double) -> Bool {
        let quotient = self / factor
        guard quotient.isFinite else { return false }
        let whole = quotient.rounded()
        return quotient == whole
            || (quotient - whole).magnitude < 1e-9 * Swift.max(1, whole.magnitude)
                && "\(whole * factor)" == "\(self)"
    }
}
