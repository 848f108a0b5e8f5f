internal import Model

extension SchemaChecker {
    mutating func checkObject(
        _ fields: Mapping, _ validation: inout SchemaValidation,
        _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) {
        checkCount(fields.count, "Properties")
        let missing = missing(keywords["required"], in: fields)
        if missing.count == 1 {
            note("missing property \(schemaQuoted(missing[0]))")
        } else if !missing.isEmpty {
            note("missing properties \(schemaQuoted(missing))")
        }
        try checkDependencies(fields, "dependencies", &validation, &open)
        try checkProperties(fields, &validation, &open)
        let draft = validation.schema.draft
        if draft > .draft4, keywords["propertyNames"] != nil {
            for (name, _) in fields.sorted(by: { $0.key < $1.key }) {
                var seen = SchemaValidation.Evaluated(.null)
                let cause = try validation.check(
                    .string(name), at: [], below("propertyNames"), &seen)
                guard let cause else { continue }
                note(
                    "invalid propertyName \(schemaQuoted(name))",
                    cause.kind == .group ? cause.causes : [cause])
            }
        }
        if draft >= .draft2019 {
            try checkDependencies(fields, "dependentSchemas", &validation, &open)
            try checkDependencies(fields, "dependentRequired", &validation, &open)
        }
    }

    private mutating func checkProperties(
        _ fields: Mapping, _ validation: inout SchemaValidation,
        _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) {
        let properties = keywords["properties"]?.objectValue
        let patterns = (keywords["patternProperties"]?.objectValue ?? Mapping())
            .map(\.key).sorted()
        let additional = keywords["additionalProperties"]
        var forbidden: [String] = []
        for (name, inner) in fields.sorted(by: { $0.key < $1.key }) {
            var isKnown = false
            if properties?[name] != nil {
                isKnown = true
                note(try checkInner(inner, name, below("properties", name), &validation))
            }
            for pattern in patterns where try validation.matches(name, pattern) {
                isKnown = true
                note(try checkInner(inner, name, below("patternProperties", pattern), &validation))
            }
            if !isKnown, let additional {
                isKnown = true
                if additional == .bool(false) {
                    forbidden.append(name)
                } else if additional != .bool(true) {
                    note(try checkInner(inner, name, below("additionalProperties"), &validation))
                }
            }
            if isKnown { open.properties.remove(name) }
        }
        if !forbidden.isEmpty {
            note("additional properties \(schemaQuoted(forbidden)) not allowed")
        }
    }

    /// `dependencies` of the older drafts, and the two keywords that it was split into.
    private mutating func checkDependencies(
        _ fields: Mapping, _ keyword: String, _ validation: inout SchemaValidation,
        _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) {
        guard let entries = keywords[keyword]?.objectValue else { return }
        for (name, dependency) in entries.sorted(by: { $0.key < $1.key }) where fields[name] != nil
        {
            if dependency.arrayValue != nil {
                let missing = missing(dependency, in: fields)
                guard !missing.isEmpty else { continue }
                note(
                    "properties \(schemaQuoted(missing)) required, if \(schemaQuoted(name)) exists")
            } else {
                note(try checkSelf(below(keyword, name), &validation, &open))
            }
        }
    }

    private func missing(_ names: Node?, in fields: Mapping) -> [String] {
        (names?.arrayValue ?? []).compactMap(\.stringValue).filter { fields[$0] == nil }
    }

    private mutating func checkCount(_ count: Int, _ what: String) {
        if let least = number("min\(what)"), Double(count) < least {
            note("min\(what): got \(schemaNumber(Double(count))), want \(schemaNumber(least))")
        }
        if let most = number("max\(what)"), Double(count) > most {
            note("max\(what): got \(schemaNumber(Double(count))), want \(schemaNumber(most))")
        }
    }

    // MARK: - Lists

    mutating func checkArray(
        _ elements: [Node], _ validation: inout SchemaValidation,
        _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) {
        checkCount(elements.count, "Items")
        if keywords["uniqueItems"] == .bool(true), let (first, second) = firstTwins(elements) {
            note("items at \(first) and \(second) are equal")
        }
        let isNew = validation.schema.draft == .draft2020
        let (listKey, restKey) =
            isNew ? ("prefixItems", "items") : ("items", "additionalItems")
        var count = 0
        if let schemas = keywords[listKey]?.arrayValue {
            count = min(schemas.count, elements.count)
            for index in 0..<count {
                note(
                    try checkInner(
                        elements[index], String(index), below(listKey, String(index)), &validation))
            }
        } else if !isNew, keywords["items"] != nil {
            for (index, element) in elements.enumerated() {
                note(try checkInner(element, String(index), below("items"), &validation))
            }
            count = elements.count
        }
        open.items.subtract(0..<count)
        let hasList = isNew || keywords["items"]?.arrayValue != nil
        if hasList, let rest = keywords[restKey] {
            if !isNew, rest == .bool(false), count != elements.count {
                note("last \(elements.count - count) additionalItem(s) not allowed")
            } else if rest != .bool(true) || isNew {
                for index in count..<elements.count {
                    note(
                        try checkInner(
                            elements[index], String(index), below(restKey), &validation))
                }
            }
            open.items = []
        }
        if validation.schema.draft > .draft4, keywords["contains"] != nil {
            try checkContains(elements, &validation, &open)
        }
    }

    private mutating func checkContains(
        _ elements: [Node], _ validation: inout SchemaValidation,
        _ open: inout SchemaValidation.Evaluated
    ) throws(ChartError) {
        var causes: [SchemaFailure] = []
        var matched: [Int] = []
        for (index, element) in elements.enumerated() {
            let failure = try checkInner(element, String(index), below("contains"), &validation)
            if let failure {
                causes.append(failure)
            } else {
                matched.append(index)
                if validation.schema.draft == .draft2020 { open.items.remove(index) }
            }
        }
        let places = matched.map(String.init).joined(separator: " ")
        let hasBounds = validation.schema.draft >= .draft2019
        if hasBounds, let least = number("minContains") {
            if Double(matched.count) < least {
                note(
                    "min \(schemaNumber(least)) items required to match contains schema, but "
                        + (matched.isEmpty
                            ? "none matched" : "matched \(matched.count) items at \(places)"),
                    causes)
            }
        } else if matched.isEmpty {
            note("no items match contains schema", causes)
        }
        if hasBounds, let most = number("maxContains"), Double(matched.count) > most {
            note(
                "max \(schemaNumber(most)) items required to match contains schema, but matched "
                    + "\(matched.count) items at \(places)")
        }
    }

    private func firstTwins(_ elements: [Node]) -> (Int, Int)? {
        // Few lists of values are long; those that are have hashable elements.
        if elements.count > 64 {
            var seen: [Node: Int] = [:]
            for (index, element) in elements.enumerated() {
                if let first = seen[element] { return (first, index) }
                seen[element] = index
            }
            return nil
        }
        for second in elements.indices {
            for first in 0..<second where elements[first].isSchemaEqual(to: elements[second]) {
                return (first, second)
            }
        }
        return nil
    }
}
