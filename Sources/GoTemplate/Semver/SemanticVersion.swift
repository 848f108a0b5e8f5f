/// A version as Masterminds/semver reads it.
///
/// Source: https://github.com/Masterminds/semver/blob/v3.5.0/version.go
package struct SemanticVersion: Hashable, Sendable {
    package var major: UInt64
    package var minor: UInt64
    package var patch: UInt64
    /// `alpha.1`; empty without one.
    package var prerelease: String
    package var metadata: String
    /// The text it was read from.
    package var original: String

    /// Reads a version that may lack its minor and patch numbers and begin with `v` or zeros.
    package init(_ text: String) throws(SemverError) {
        guard text.utf8.count <= Self.maximumLength else { throw .versionTooLong }
        guard let parts = VersionParts(Array(text.utf8)[...]), parts.numbers.allSatisfy(isNumeric)
        else {
            throw .invalidVersion
        }
        let numbers = parts.numbers
        major = try Self.number(numbers[0])
        minor = numbers.count > 1 ? try Self.number(numbers[1]) : 0
        patch = numbers.count > 2 ? try Self.number(numbers[2]) : 0
        prerelease = parts.prerelease
        metadata = parts.metadata
        original = text
        try Self.validate(prerelease: prerelease)
    }

    package init(major: UInt64, minor: UInt64, patch: UInt64) {
        (self.major, self.minor, self.patch) = (major, minor, patch)
        prerelease = ""
        metadata = ""
        original = "\(major).\(minor).\(patch)"
    }

    /// Reads a version that is exactly what semver.org describes.
    package init(strict text: String) throws(SemverError) {
        try self.init(text)
        let isStrict =
            original == description
            && original.split(separator: "+", omittingEmptySubsequences: false).count <= 2
        guard isStrict else { throw .invalidVersion }
    }

    /// In bytes.
    private static let maximumLength = 256

    private static func number(_ digits: String) throws(SemverError) -> UInt64 {
        guard let value = UInt64(digits) else { throw .numberTooLarge(digits) }
        return value
    }

    private static func validate(prerelease: String) throws(SemverError) {
        for identifier in prerelease.split(separator: ".")
        where identifier.count > 1 && identifier.first == "0" && isNumeric(identifier) {
            throw .leadingZero
        }
    }
}

extension SemanticVersion: CustomStringConvertible {
    /// `1.2.3-alpha.1+build`.
    package var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease)
            + (metadata.isEmpty ? "" : "+" + metadata)
    }
}

extension SemanticVersion {
    /// Which of two comes first: -1, 0 or 1.
    ///
    /// Metadata does not count.
    package func compare(_ other: SemanticVersion) -> Int {
        for (a, b) in [(major, other.major), (minor, other.minor), (patch, other.patch)]
        where a != b {
            return a < b ? -1 : 1
        }
        return Self.comparePrereleases(prerelease, other.prerelease)
    }

    static func comparePrereleases(_ left: String, _ right: String) -> Int {
        if left == right { return 0 }
        if left.isEmpty { return 1 }
        if right.isEmpty { return -1 }
        let a = left.split(separator: ".", omittingEmptySubsequences: false)
        let b = right.split(separator: ".", omittingEmptySubsequences: false)
        for (x, y) in zip(a, b) where x != y {
            switch (isNumeric(x) ? UInt64(x) : nil, isNumeric(y) ? UInt64(y) : nil) {
            case (let x?, let y?): if x != y { return x < y ? -1 : 1 }
            case (_?, nil): return -1
            case (nil, _?): return 1
            case (nil, nil): return x.utf8.lexicographicallyPrecedes(y.utf8) ? -1 : 1
            }
        }
        return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
    }

    /// The next version: without the prerelease if there is one.
    package func nextPatch() throws(SemverError) -> SemanticVersion {
        if !prerelease.isEmpty { return next(major, minor, patch) }
        return next(major, minor, try Self.successor(of: patch, "patch"))
    }

    package func nextMinor() throws(SemverError) -> SemanticVersion {
        next(major, try Self.successor(of: minor, "minor"), 0)
    }

    package func nextMajor() throws(SemverError) -> SemanticVersion {
        next(try Self.successor(of: major, "major"), 0, 0)
    }

    private static func successor(of number: UInt64, _ name: String) throws(SemverError) -> UInt64 {
        guard number < .max else { throw .overflow(name) }
        return number + 1
    }

    private func next(_ major: UInt64, _ minor: UInt64, _ patch: UInt64) -> SemanticVersion {
        var version = SemanticVersion(major: major, minor: minor, patch: patch)
        if original.utf8.first == UInt8(ascii: "v") { version.original = "v" + version.original }
        return version
    }
}

/// Why a version or a constraint cannot be read, in the words of Masterminds/semver.
package enum SemverError: Error, Hashable, CustomStringConvertible {
    case invalidVersion
    case leadingZero
    case numberTooLarge(String)
    case versionTooLong
    /// The number with this name is the largest there is.
    case overflow(String)
    case improperConstraint(String)
    case invalidConstraintVersion
    case constraintTooLong
    case tooManyGroups

    package var description: String {
        switch self {
        case .invalidVersion: "invalid semantic version"
        case .leadingZero: "version segment starts with 0"
        case .numberTooLarge(let digits):
            "error parsing version segment: strconv.ParseUint: parsing \"\(digits)\": "
                + "value out of range"
        case .versionTooLong: "version string is too long (max 256 bytes)"
        case .overflow(let name): "\(name) version increment would overflow uint64"
        case .improperConstraint(let text): "improper constraint: \(quoted(ByteString(text)))"
        case .invalidConstraintVersion: "constraint parser error"
        case .constraintTooLong: "constraint string is too long (max 512 bytes)"
        case .tooManyGroups: "too many constraint groups (max 32)"
        }
    }
}

func isNumeric(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
}

/// The text in a range of bytes.
func substring(_ text: String, _ range: Range<Int>) -> String {
    String(decoding: Array(text.utf8)[range], as: UTF8.self)
}

/// An expression that stands in our own source.
func fixed(_ pattern: String) -> RE2 {
    do throws(RE2Error) {
        return try RE2(pattern)
    } catch {
        preconditionFailure("\(pattern): \(error)")
    }
}
