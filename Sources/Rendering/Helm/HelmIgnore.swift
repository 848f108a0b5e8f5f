/// The rules of a `.helmignore`: which files of a chart's folder are not part of the chart.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/ignore/rules.go
public struct HelmIgnore: Sendable {
    private var rules: [Rule] = []

    private struct Rule {
        var pattern: PathPattern
        var isNegative = false
        var onlyFolders = false
        /// What the pattern is compared with: the whole path, or its last part.
        var isWholePath = false
    }

    /// - Parameter text: What the file holds; files that begin with a dot in `templates/` are always ignored.
    public init(_ text: String = "") throws(ChartError) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if let first = lines.first, first.hasPrefix("\u{FEFF}") { lines[0] = first.dropFirst() }
        for line in lines { try add(line) }
        try add("templates/.?*")
    }

    private mutating func add(_ line: Substring) throws(ChartError) {
        var text = line[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        guard !text.isEmpty, text.first != "#" else { return }
        guard text.firstRange(of: "**") == nil else {
            throw ChartError("double-star (**) syntax is not supported")
        }
        guard PathPattern(String(text)) != nil else { throw ChartError("syntax error in pattern") }
        var rule = Rule(pattern: PathPattern.none)
        if text.first == "!" {
            rule.isNegative = true
            text.removeFirst()
        }
        if text.last == "/" {
            rule.onlyFolders = true
            text.removeLast()
        }
        if text.first == "/" {
            rule.isWholePath = true
            text.removeFirst()
        } else {
            rule.isWholePath = text.contains("/")
        }
        guard let pattern = PathPattern(String(text)) else { return }
        rule.pattern = pattern
        rules.append(rule)
    }

    /// Whether a file or folder, by its path below the chart's folder, is left out.
    ///
    /// A negative rule leaves out what it does not match, as Helm has it.
    public func ignores(_ path: String, isFolder: Bool) -> Bool {
        guard !path.isEmpty, path != "." else { return false }
        let lastPart = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[$0...].dropFirst() }
        for rule in rules {
            let matches = rule.pattern.matches(rule.isWholePath ? path[...] : lastPart ?? path[...])
            if rule.isNegative {
                if rule.onlyFolders, !isFolder { return true }
                if !matches { return true }
                continue
            }
            if rule.onlyFolders, !isFolder { continue }
            if matches { return true }
        }
        return false
    }

    /// The files of a chart's folder that are part of the chart.
    public static func filtered(_ files: [ChartFile]) throws(ChartError) -> [ChartFile] {
        let text = files.first { $0.name == ".helmignore" }
        let rules = try HelmIgnore(text.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "")
        var known: [Substring: Bool] = [:]
        return files.filter { file in
            !rules.ignoresFolder(of: file.name[...], &known)
                && !rules.ignores(file.name, isFolder: false)
        }
    }

    /// A folder that is left out takes with it what it holds.
    ///
    /// - Parameter known: What was found of folders before.
    private func ignoresFolder(of path: Substring, _ known: inout [Substring: Bool]) -> Bool {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return false }
        let folder = path[..<slash]
        if let answer = known[folder] { return answer }
        let answer =
            ignoresFolder(of: folder, &known) || ignores(String(folder), isFolder: true)
        known[folder] = answer
        return answer
    }
}

/// A pattern as Go's `path/filepath.Match` reads it: `*` and `?` do not cross a slash.
///
/// Source: https://pkg.go.dev/path/filepath#Match
struct PathPattern: Sendable {
    private enum Piece: Sendable {
        case scalar(Unicode.Scalar)
        case anyScalar
        case anyText
        case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)

        /// Whether it stands for this one scalar.
        func takes(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .scalar(let wanted): wanted == scalar
            case .anyScalar: scalar != "/"
            case .anyText: false
            case .oneOf(let ranges, let isNegated):
                scalar != "/" && ranges.contains { $0.contains(scalar) } != isNegated
            }
        }
    }

    private var pieces: [Piece] = []

    /// Matches the empty text alone.
    static let none = PathPattern()

    private init() {}

    /// `nil` when the pattern is malformed.
    init?(_ text: String) {
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": pieces.append(.anyText)
            case "?": pieces.append(.anyScalar)
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                pieces.append(.scalar(escaped))
            case "[":
                guard let set = Self.set(&rest) else { return nil }
                pieces.append(set)
            default: pieces.append(.scalar(scalar))
            }
        }
    }

    private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Piece? {
        let isNegated = rest.first == "^"
        if isNegated { rest.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        func bound() -> Unicode.Scalar? {
            guard let scalar = rest.popFirst(), scalar != "-" else { return nil }
            return scalar == "\\" ? rest.popFirst() : scalar
        }
        while let next = rest.first {
            if next == "]", !ranges.isEmpty {
                rest.removeFirst()
                return .oneOf(ranges, isNegated: isNegated)
            }
            guard let low = bound() else { return nil }
            var high = low
            if rest.first == "-" {
                rest.removeFirst()
                guard let upper = bound() else { return nil }
                high = upper
            }
            // An empty range matches nothing.
            if low <= high { ranges.append(low...high) }
        }
        return nil
    }

    /// Takes time proportional to the length of the pattern times that of the text.
    ///
    /// When something does not fit, the last `*` takes one scalar more. No earlier one need be tried: what it could
    /// take instead, the last one can take too.
    func matches(_ text: Substring) -> Bool {
        let scalars = text.unicodeScalars
        var piece = 0
        var place = scalars.startIndex
        var star: (piece: Int, place: String.Index)?
        while place < scalars.endIndex {
            if piece < pieces.count {
                if case .anyText = pieces[piece] {
                    piece += 1
                    star = (piece, place)
                    continue
                }
                if pieces[piece].takes(scalars[place]) {
                    piece += 1
                    scalars.formIndex(after: &place)
                    continue
                }
            }
            guard let last = star, scalars[last.place] != "/" else { return false }
            place = scalars.index(after: last.place)
            star = (last.piece, place)
            piece = last.piece
        }
        return pieces[piece...].allSatisfy { if case .anyText = $0 { true } else { false } }
    }
}
