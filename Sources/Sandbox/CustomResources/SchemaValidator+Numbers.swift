import Model

extension SchemaValidator {
    /// The rules that a number breaks.
    static func numberCauses(_ value: Node, _ schema: Node, _ path: String) -> [APIStatus.Cause] {
        guard let given = number(value) else { return [] }
        var causes: [APIStatus.Cause] = []
        if let cause = rangeCause(value, schema, path) { causes.append(cause) }
        if let factor = number(schema["multipleOf"]), factor > 0 {
            let ratio = given / factor
            if ratio.rounded() != ratio {
                let bound = text(schema["multipleOf"] ?? .null)
                causes.append(
                    invalidValue(value, "\(path) in body should be a multiple of \(bound)", path))
            }
        }
        if let most = number(schema["maximum"]) {
            let isStrict = schema["exclusiveMaximum"] == true
            if isStrict ? given >= most : given > most {
                let bound = text(schema["maximum"] ?? .null)
                let problem =
                    "\(path) in body should be less than \(isStrict ? "" : "or equal to ")\(bound)"
                causes.append(invalidValue(value, problem, path))
            }
        }
        if let least = number(schema["minimum"]) {
            let isStrict = schema["exclusiveMinimum"] == true
            if isStrict ? given <= least : given < least {
                let bound = text(schema["minimum"] ?? .null)
                let problem =
                    "\(path) in body should be greater than "
                    + "\(isStrict ? "" : "or equal to ")\(bound)"
                causes.append(invalidValue(value, problem, path))
            }
        }
        return causes
    }

    /// A number that its type and format cannot hold is reported beside the wrong type.
    private static func rangeCause(_ value: Node, _ schema: Node, _ path: String)
        -> APIStatus.Cause?
    {
        guard schema["type"] == "integer" else { return nil }
        let format = schema["format"]?.stringValue ?? ""
        let fits =
            if let whole = value.intValue { format != "int32" || Int32(exactly: whole) != nil } else
            {
                false
            }
        if fits { return nil }
        let name = format.isEmpty ? "integer (default format)" : "integer with format \(format)"
        return .init(
            reason: "FieldValueInvalid",
            message: "Invalid value: \"\": Checked value must be of type \(name) in \(path)",
            field: "<nil>")
    }

    private static func number(_ node: Node?) -> Double? {
        switch node {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// The type that was expected when the value has another.
    static func mismatch(_ value: Node, _ schema: Node) -> String? {
        let name = typeName(value)
        if schema["x-kubernetes-int-or-string"] == true {
            return name == "integer" || name == "string" ? nil : "integer,string"
        }
        guard let expected = schema["type"]?.stringValue else { return nil }
        return name == expected || expected == "number" && name == "integer" ? nil : expected
    }

    static func typeName(_ value: Node) -> String {
        switch value {
        case .int: "integer"
        case .double(let number): number.rounded() == number ? "integer" : "number"
        default: value.kindName
        }
    }

    static func text(_ value: Node) -> String {
        value.stringValue.map(quoted) ?? value.compactText
    }
}
