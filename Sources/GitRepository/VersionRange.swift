/// A semantic version, also in the loose forms that Argo CD takes: `v1`, `1.2`.
///
/// Source: https://semver.org/spec/v2.0.0.html#spec-item-11 and
/// https://github.com/Masterminds/semver/blob/v3.3.1/version.go
struct Version: Comparable {
    var major: UInt64
    var minor: UInt64
    var patch: UInt64
    /// Empty for a release.
    var prerelease: [Substring]

    init(major: UInt64, minor: UInt64, patch: UInt64, prerelease: [Substring] = []) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
    }

    init?(_ text: some StringProtocol) {
        guard let parts = VersionParts(Substring(text)), parts.wildcards.allSatisfy({ !$0 }),
            let major = parts.numbers[0]
        else { return nil }
        self.init(
            major: major, minor: parts.numbers[1] ?? 0, patch: parts.numbers[2] ?? 0,
            prerelease: parts.prerelease)
    }

    var numbers: (UInt64, UInt64, UInt64) { (major, minor, patch) }

    static func == (a: Version, b: Version) -> Bool {
        a.numbers == b.numbers && a.prerelease == b.prerelease
    }

    static func < (a: Version, b: Version) -> Bool {
        if a.numbers != b.numbers { return a.numbers < b.numbers }
        if a.prerelease.isEmpty || b.prerelease.isEmpty {
            return !a.prerelease.isEmpty && b.prerelease.isEmpty
        }
        for (x, y) in zip(a.prerelease, b.prerelease) where x != y {
            switch (UInt64(x), UInt64(y)) {
            case (let x?, let y?): return x < y
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil): return x.utf8.lexicographicallyPrecedes(y.utf8)
            }
        }
        return a.prerelease.count < b.prerelease.count
    }
}

/// `v1.2.x-rc.1+build`, taken apart; parts that are not written or are wildcards are `nil`.
struct VersionParts {
    var numbers: [UInt64?] = [nil, nil, nil]
    var wildcards = [false, false, false]
    var prerelease: [Substring] = []

    init?(_ text: Substring) {
        var rest = text
        if rest.first == "v" { rest.removeFirst() }
        if let plus = rest.firstIndex(of: "+") {
            guard Self.identifiers(rest[rest.index(after: plus)...]) != nil else { return nil }
            rest = rest[..<plus]
        }
        if let dash = rest.firstIndex(of: "-") {
            guard let found = Self.identifiers(rest[rest.index(after: dash)...]) else {
                return nil
            }
            prerelease = found
            rest = rest[..<dash]
        }
        let pieces = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(pieces.count) else { return nil }
        for (index, piece) in pieces.enumerated() {
            if piece == "x" || piece == "X" || piece == "*" {
                wildcards[index] = true
            } else {
                guard piece.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                    let number = UInt64(piece)
                else { return nil }
                numbers[index] = number
            }
        }
    }

    private static func identifiers(_ text: Substring) -> [Substring]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let sound = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy {
                    isHexadecimal($0) || $0 == UInt8(ascii: "-")
                        || (UInt8(ascii: "g")...UInt8(ascii: "z")).contains($0)
                        || (UInt8(ascii: "G")...UInt8(ascii: "Z")).contains($0)
                }
        }
        return sound ? parts : nil
    }
}

/// A range of versions over tags: `1.2.*`, `^1.2`, `~1.4`, `>=1.0 <2`, `1.0 - 1.9`, `1.x || 3.x`.
///
/// A version before a release is only found by a range that names one itself.
/// Source: https://github.com/Masterminds/semver/blob/v3.3.1/constraints.go
struct VersionRange {
    private var alternatives: [[Constraint]]

    /// `nil` when the text is not a range.
    init?(_ text: String) {
        var alternatives: [[Constraint]] = []
        for alternative in text.split(separator: "||", omittingEmptySubsequences: false) {
            guard let all = Self.constraints(alternative) else { return nil }
            alternatives.append(all)
        }
        self.alternatives = alternatives
    }

    func contains(_ version: Version) -> Bool {
        alternatives.contains { $0.allSatisfy { $0.admits(version) } }
    }

    /// The tag with the highest version within the range; tags that are no versions are passed over.
    func highest(of tags: [String]) -> String? {
        var best: (version: Version, tag: String)?
        for tag in tags.sorted() {
            guard let version = Version(tag), contains(version) else { continue }
            if let current = best, !(current.version < version) { continue }
            best = (version, tag)
        }
        return best?.tag
    }

    private static func constraints(_ text: Substring) -> [Constraint]? {
        var words: [Substring] = []
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "," }) {
            // An operator may stand apart from its version.
            if let last = words.last, last.allSatisfy({ "=!<>~^".contains($0) }) {
                words[words.count - 1] = last + word
            } else {
                words.append(word)
            }
        }
        if let dash = words.firstIndex(of: "-") {
            guard dash == 1, words.count == 3 else { return nil }
            words = [">=" + words[0], "<=" + words[2]]
        }
        guard !words.isEmpty else { return nil }
        var result: [Constraint] = []
        for word in words {
            guard let constraint = Constraint(word) else { return nil }
            result.append(constraint)
        }
        return result
    }
}

/// One comparison of a range.
struct Constraint {
    private enum Comparison { case equal, notEqual, above, below, atLeast, atMost, tilde, caret }

    private let comparison: Comparison
    private let bound: Version
    /// How many numbers of the version are written: 0 to 3.
    private let written: Int

    init?(_ text: Substring) {
        let sign = text.prefix { "=!<>~^".contains($0) }
        switch sign {
        case "", "=": comparison = .equal
        case "!=": comparison = .notEqual
        case ">": comparison = .above
        case "<": comparison = .below
        case ">=", "=>": comparison = .atLeast
        case "<=", "=<": comparison = .atMost
        case "~", "~>": comparison = .tilde
        case "^": comparison = .caret
        default: return nil
        }
        guard let parts = VersionParts(text[sign.endIndex...]) else { return nil }
        let written = parts.numbers.firstIndex { $0 == nil } ?? 3
        let numbers = (0..<3).map { $0 < written ? parts.numbers[$0] ?? 0 : 0 }
        self.written = written
        bound = Version(
            major: numbers[0], minor: numbers[1], patch: numbers[2], prerelease: parts.prerelease)
    }

    func admits(_ version: Version) -> Bool {
        if !version.prerelease.isEmpty, bound.prerelease.isEmpty {
            // An exact `!=` rules out one version and nothing else.
            return comparison == .notEqual && written == 3
        }
        switch comparison {
        case .equal: return written == 3 ? version == bound : tilde(version)
        case .notEqual: return written == 3 ? version != bound : !samePrefix(version, written)
        case .above: return version > bound && (written == 3 || !samePrefix(version, written))
        case .below: return version < bound
        case .atLeast: return version >= bound
        case .atMost: return version <= bound || (written < 3 && samePrefix(version, written))
        case .tilde: return tilde(version)
        case .caret: return caret(version)
        }
    }

    /// Whether the first `count` numbers are those of the bound.
    private func samePrefix(_ version: Version, _ count: Int) -> Bool {
        (count < 1 || version.major == bound.major) && (count < 2 || version.minor == bound.minor)
            && (count < 3 || version.patch == bound.patch)
    }

    private func tilde(_ version: Version) -> Bool {
        // `~0.0.0` is taken as `>=0.0.0` in the source above.
        if written == 3, bound.numbers == (0, 0, 0) { return version >= bound }
        return version >= bound && samePrefix(version, min(written, 2))
    }

    private func caret(_ version: Version) -> Bool {
        guard version >= bound else { return false }
        if written == 0 { return true }
        if bound.major > 0 || written == 1 { return samePrefix(version, 1) }
        if bound.minor > 0 || written == 2 { return samePrefix(version, 2) }
        return samePrefix(version, 3)
    }
}
