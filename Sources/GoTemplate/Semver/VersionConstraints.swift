/// What versions must satisfy: `>=1.20, <2 || ^3.1.x`, as Masterminds/semver reads it.
///
/// A version with a prerelease satisfies only a group of which a part has a prerelease, too.
///
/// Source: https://github.com/Masterminds/semver/blob/v3.5.0/constraints.go
package struct VersionConstraints: Sendable {
    /// Of which one must hold.
    private var groups: [[Constraint]]

    /// In bytes.
    private static let maximumLength = 512
    private static let maximumGroups = 32

    package init(_ text: String) throws(SemverError) {
        guard text.utf8.count <= Self.maximumLength else { throw .constraintTooLong }
        if let single = try Constraint(alone: text) {
            groups = [[single]]
            return
        }
        groups = []
        let parts = Self.splitAlternatives(Self.withoutRanges(text))
        guard parts.count <= Self.maximumGroups else { throw .tooManyGroups }
        for part in parts {
            let bytes = Array(part.utf8)
            guard Patterns.group.matches(bytes) else { throw .improperConstraint(part) }
            var group: [Constraint] = []
            for match in Patterns.each.allMatches(in: bytes) {
                group.append(try Constraint(substring(part, match.range)))
            }
            groups.append(group)
        }
    }

    package func contain(_ version: SemanticVersion) -> Bool {
        groups.contains { group in
            let includesPrereleases = group.contains { !$0.version.prerelease.isEmpty }
            guard includesPrereleases || version.prerelease.isEmpty else { return false }
            return group.allSatisfy { $0.holds(for: version) }
        }
    }

    /// `1.2 - 1.4` as `>= 1.2, <= 1.4 `.
    private static func withoutRanges(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let result = Patterns.range.replacingMatches(in: bytes) { match, out in
            out += ">= ".utf8
            if let range = match[1] { out += bytes[range] }
            out += ", <= ".utf8
            if let range = match[11] { out += bytes[range] }
            out.append(UInt8(ascii: " "))
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func splitAlternatives(_ text: String) -> [String] {
        var parts: [String] = []
        var start = 0
        let bytes = Array(text.utf8)
        for match in Patterns.alternative.allMatches(in: bytes) {
            parts.append(String(decoding: bytes[start..<match.range.lowerBound], as: UTF8.self))
            start = match.range.upperBound
        }
        return parts + [String(decoding: bytes[start...], as: UTF8.self)]
    }
}

private enum Patterns {
    static let version =
        #"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?"#
        + #"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"#
    static let operation = "=>|=<|>=|<=|!=|~>|=|>|<|~|\\^|"

    static let alternative = fixed(#"\|\|"#)
    static let range = fixed(#"\s*("# + version + #")\s+-\s+("# + version + #")\s*"#)
    static let single = fixed(#"^\s*("# + operation + #")\s*("# + version + #")\s*$"#)
    static let each = fixed("(\(operation))" + #"\s*("# + version + ")")
    static let group = fixed(
        #"^(\s*("# + operation + #")\s*("# + version + #")\s*)((?:\s+|,\s*)("# + operation
            + #")\s*("# + version + #")\s*)*$"#)
}

private struct Constraint: Sendable {
    enum Operation: String {
        case equal = ""
        case explicitlyEqual = "="
        case notEqual = "!="
        case greater = ">"
        case less = "<"
        case atLeast = ">="
        case atMost = "<="
        case tilde = "~"
        case caret = "^"

        init?(text: String) {
            switch text {
            case "=>": self = .atLeast
            case "=<": self = .atMost
            case "~>": self = .tilde
            default: self.init(rawValue: text)
            }
        }
    }

    var operation: Operation
    /// With zeros for what is left open.
    var version: SemanticVersion
    /// Whether the major number is left open: `*`.
    var lacksMajor = false
    /// Whether the minor number is left open, and with it the patch number: `1`, `1.x`.
    var lacksMinor = false
    /// Whether the patch number alone is left open: `1.2`, `1.2.x`.
    var lacksPatch = false

    init(_ text: String) throws(SemverError) {
        guard let match = Patterns.single.firstMatch(in: Array(text.utf8)) else {
            throw .improperConstraint(text)
        }
        let part = { (capture: Int) in match[capture].map { substring(text, $0) } ?? "" }
        guard let operation = Operation(text: part(1)) else { throw .improperConstraint(text) }
        try self.init(
            operation, part(2),
            [part(3), String(part(4).dropFirst()), String(part(5).dropFirst())],
            prerelease: part(6))
    }

    /// The constraint that a text is, when it is nothing but one; most are, and need no expressions to be read.
    init?(alone text: String) throws(SemverError) {
        let space: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) && $0 != 0x0B }
        let bytes = Array(text.utf8)
        var rest = bytes.drop(while: space)
        while let last = rest.last, space(last) { rest.removeLast() }
        let sign = rest.prefix { "=<>!~^".utf8.contains($0) }
        let version = rest[sign.endIndex...].drop(while: space)
        guard let operation = Operation(text: String(decoding: sign, as: UTF8.self)),
            let parts = VersionParts(version)
        else { return nil }
        let open = Array(repeating: "", count: 3 - parts.numbers.count)
        try self.init(
            operation, String(decoding: version, as: UTF8.self), parts.numbers + open,
            prerelease: parts.prerelease.isEmpty ? "" : "-" + parts.prerelease)
    }

    /// - Parameters:
    ///   - version: as it is written.
    ///   - numbers: its three numbers, empty or a sign for what is left open.
    ///   - prerelease: with the `-` in front of it.
    private init(
        _ operation: Operation, _ version: String, _ numbers: [String], prerelease: String
    ) throws(SemverError) {
        self.operation = operation
        var number = version
        if Self.isOpen(numbers[0]) {
            number = "0.0.0" + prerelease
            lacksMajor = true
        } else if Self.isOpen(numbers[1]) {
            number = numbers[0] + ".0.0" + prerelease
            lacksMinor = true
        } else if Self.isOpen(numbers[2]) {
            number = numbers[0] + "." + numbers[1] + ".0" + prerelease
            lacksPatch = true
        }
        do throws(SemverError) {
            self.version = try SemanticVersion(number)
        } catch {
            throw .invalidConstraintVersion
        }
    }

    private static func isOpen(_ part: String) -> Bool {
        part.isEmpty || part == "x" || part == "X" || part == "*"
    }

    private var isOpen: Bool { lacksMajor || lacksMinor || lacksPatch }

    func holds(for other: SemanticVersion) -> Bool {
        switch operation {
        case .equal, .explicitlyEqual: isOpen ? isNear(other) : other.compare(version) == 0
        case .notEqual: isOpen ? differs(other) : other.compare(version) != 0
        case .greater: isGreater(other)
        case .less: other.compare(version) < 0
        case .atLeast: other.compare(version) >= 0
        case .atMost: isAtMost(other)
        case .tilde: isNear(other)
        case .caret: isCompatible(other)
        }
    }

    private func differs(_ other: SemanticVersion) -> Bool {
        if other.major != version.major { return true }
        if lacksMinor { return false }
        if other.minor != version.minor { return true }
        if !lacksPatch { return other.compare(version) != 0 }
        return SemanticVersion.comparePrereleases(other.prerelease, version.prerelease) != 0
    }

    private func isGreater(_ other: SemanticVersion) -> Bool {
        guard isOpen else { return other.compare(version) > 0 }
        if other.major != version.major { return other.major > version.major }
        if lacksMinor { return false }
        return lacksPatch ? other.minor > version.minor : other.compare(version) > 0
    }

    private func isAtMost(_ other: SemanticVersion) -> Bool {
        guard isOpen else { return other.compare(version) <= 0 }
        if other.major > version.major { return false }
        return lacksMinor || other.major < version.major || other.minor <= version.minor
    }

    /// `~1.2.3`: from there on, within 1.2.
    private func isNear(_ other: SemanticVersion) -> Bool {
        guard other.compare(version) >= 0 else { return false }
        let isZero = version.major == 0 && version.minor == 0 && version.patch == 0
        if isZero, !lacksMinor, !lacksPatch { return true }
        return other.major == version.major && (lacksMinor || other.minor == version.minor)
    }

    /// `^1.2.3`: from there on, up to where the first number that is not zero changes.
    private func isCompatible(_ other: SemanticVersion) -> Bool {
        guard other.compare(version) >= 0 else { return false }
        if version.major > 0 || lacksMinor { return other.major == version.major }
        if other.major > 0 { return false }
        if version.minor > 0 || lacksPatch { return other.minor == version.minor }
        return other.minor == 0 && other.patch == version.patch
    }
}
