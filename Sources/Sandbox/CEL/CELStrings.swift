/// Methods of strings; positions count characters (code points).
///
/// Source: https://pkg.go.dev/github.com/google/cel-go/ext#Strings
enum CELStrings {
    static func value(_ name: String, _ text: String, _ arguments: [CELValue])
        throws(CELFailure) -> CELValue
    {
        let scalars = Array(text.unicodeScalars)
        switch (name, arguments.first, arguments.count > 1 ? arguments[1] : nil) {
        case ("size", nil, nil): return .int(Int64(scalars.count))
        case ("startsWith", .string(let part)?, nil):
            return .bool(text.utf8.starts(with: part.utf8))
        case ("endsWith", .string(let part)?, nil):
            return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
        case ("contains", .string(let part)?, nil):
            return .bool(index(of: Array(part.unicodeScalars), in: scalars) != nil)
        case ("matches", .string(let expression)?, nil):
            do throws(PatternError) {
                return .bool(try Pattern(expression).isFound(in: text))
            } catch { throw CELFailure(message: error.message) }
        case ("charAt", .int(let place)?, nil):
            guard (0...scalars.count).contains(Int(clamping: place)) else {
                throw outOfRange(place)
            }
            return .string(slice(scalars, Int(place), min(Int(place) + 1, scalars.count)))
        case ("indexOf", .string(let part)?, nil):
            return .int(Int64(index(of: Array(part.unicodeScalars), in: scalars) ?? -1))
        case ("lastIndexOf", .string(let part)?, nil):
            let part = Array(part.unicodeScalars)
            let found = index(of: part.reversed(), in: scalars.reversed())
            return .int(Int64(found.map { scalars.count - part.count - $0 } ?? -1))
        case ("lowerAscii", nil, nil): return .string(mapped(scalars, from: 0x41...0x5A, by: 32))
        case ("upperAscii", nil, nil): return .string(mapped(scalars, from: 0x61...0x7A, by: -32))
        case ("trim", nil, nil):
            let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.count
            let end = scalars.lastIndex { !$0.properties.isWhitespace }.map { $0 + 1 } ?? start
            return .string(slice(scalars, start, end))
        case ("replace", .string(let old)?, .string(let new)?):
            var limit = -1
            if arguments.count > 2, case .int(let count) = arguments[2] {
                limit = Int(clamping: count)
            }
            return .string(try replaced(scalars, old, new, limit))
        case ("split", .string(let separator)?, let limit):
            return .list(pieces(scalars, separator, limit))
        case ("substring", .int(let from)?, let to):
            var end = Int64(scalars.count)
            if case .int(let given)? = to { end = given }
            guard from >= 0, from <= end, end <= Int64(scalars.count) else {
                throw outOfRange(from)
            }
            return .string(slice(scalars, Int(from), Int(end)))
        default: throw .noOverload(name)
        }
    }

    private static func outOfRange(_ place: Int64) -> CELFailure {
        CELFailure(message: "index out of range: \(place)")
    }

    private static func slice(_ scalars: [Unicode.Scalar], _ from: Int, _ to: Int) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[from..<max(from, to)])
        return String(view)
    }

    private static func index(
        of part: [Unicode.Scalar], in scalars: [Unicode.Scalar], from: Int = 0
    )
        -> Int?
    {
        guard part.count <= scalars.count - from else { return nil }
        return (from...(scalars.count - part.count)).first { scalars[$0...].starts(with: part) }
    }

    private static func mapped(
        _ scalars: [Unicode.Scalar], from range: ClosedRange<UInt32>, by offset: Int32
    ) -> String {
        var view = String.UnicodeScalarView()
        for scalar in scalars {
            let value = range.contains(scalar.value) ? Int32(scalar.value) + offset : nil
            view.append(value.flatMap { Unicode.Scalar(UInt32($0)) } ?? scalar)
        }
        return String(view)
    }

    /// How much one call may make a text longer, in bytes, which a cost counted before cannot foresee.
    static let maxAdded = 1_048_576

    private static func replaced(
        _ scalars: [Unicode.Scalar], _ old: String, _ new: String, _ limit: Int
    ) throws(CELFailure) -> String {
        let parts = pieces(scalars, old, limit < 0 ? nil : .int(Int64(limit) + 1))
        guard parts.count * new.utf8.count <= maxAdded else { throw .overBudget }
        return parts.map(celText).joined(separator: new)
    }

    private static func pieces(_ scalars: [Unicode.Scalar], _ separator: String, _ limit: CELValue?)
        -> [CELValue]
    {
        var most = Int.max
        if case .int(let count)? = limit { most = count < 0 ? .max : Int(clamping: count) }
        if most == 0 { return [] }
        let part = Array(separator.unicodeScalars)
        var result: [CELValue] = []
        var start = 0
        if part.isEmpty {
            while start < scalars.count, result.count < most - 1 {
                result.append(.string(slice(scalars, start, start + 1)))
                start += 1
            }
            if start < scalars.count {
                result.append(.string(slice(scalars, start, scalars.count)))
            }
            return result
        }
        while result.count < most - 1, let found = index(of: part, in: scalars, from: start) {
            result.append(.string(slice(scalars, start, found)))
            start = found + part.count
        }
        result.append(.string(slice(scalars, start, scalars.count)))
        return result
    }
}

/// Methods of lists.
///
/// Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-list-library
enum CELLists {
    static func value(_ name: String, _ items: [CELValue], _ arguments: [CELValue])
        throws(CELFailure) -> CELValue
    {
        switch (name, arguments.first) {
        case ("size", nil): return .int(Int64(items.count))
        case ("indexOf", let wanted?):
            return .int(Int64(items.firstIndex { $0.isEqual(to: wanted) } ?? -1))
        case ("lastIndexOf", let wanted?):
            return .int(Int64(items.lastIndex { $0.isEqual(to: wanted) } ?? -1))
        case ("isSorted", nil):
            for (a, b) in zip(items, items.dropFirst()) {
                guard let order = a.compare(b) else { throw .noOverload(name) }
                if order > 0 { return .bool(false) }
            }
            return .bool(true)
        case ("sum", nil):
            var total = items.first ?? .int(0)
            for item in items.dropFirst() {
                guard let sum = try CELOperators.value("_+_", [total, item]) else { break }
                total = sum
            }
            return total
        case ("min", nil), ("max", nil):
            guard var best = items.first else {
                throw CELFailure(message: "\(name) called on empty list")
            }
            for item in items.dropFirst() {
                guard let order = item.compare(best) else { throw .noOverload(name) }
                if name == "min" ? order < 0 : order > 0 { best = item }
            }
            return best
        case ("join", let separator):
            var texts: [String] = []
            for item in items {
                guard case .string(let text) = item else { throw .noOverload(name) }
                texts.append(text)
            }
            guard case .string(let text) = separator ?? .string("") else { throw .noOverload(name) }
            guard texts.count * text.utf8.count <= CELStrings.maxAdded else { throw .overBudget }
            return .string(texts.joined(separator: text))
        default: throw .noOverload(name)
        }
    }
}
