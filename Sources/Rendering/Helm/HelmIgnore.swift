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

        /// `nil` for a line that says nothing.
        init?(_ line: ArraySlice<UInt8>) throws(ChartError) {
            var text = trimmedSpace(line)
            guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
            guard !zip(text, text.dropFirst()).contains(where: { $0 == 0x2A && $1 == 0x2A }) else {
                throw ChartError("double-star (**) syntax is not supported")
            }
            guard PathPattern(text) != nil else { throw ChartError("syntax error in pattern") }
            if text.first == UInt8(ascii: "!") {
                isNegative = true
                text.removeFirst()
            }
            if text.last == UInt8(ascii: "/") {
                onlyFolders = true
                text.removeLast()
            }
            if text.first == UInt8(ascii: "/") {
                isWholePath = true
                text.removeFirst()
            } else {
                isWholePath = text.contains(UInt8(ascii: "/"))
            }
            guard let pattern = PathPattern(text) else { return nil }
            self.pattern = pattern
        }
    }

    /// - Parameter text: What the file holds; files that begin with a dot in `templates/` are always ignored.
    public init(_ text: String = "") throws(ChartError) {
        try self.init(Array(text.utf8))
    }

    private init(_ bytes: [UInt8]) throws(ChartError) {
        for line in withoutByteOrderMark(bytes).split(separator: UInt8(ascii: "\n")) {
            if let rule = try Rule(line) { rules.append(rule) }
        }
        rules += Self.always
    }

    private static let always: [Rule] =
        (try? Rule(Array("templates/.?*".utf8)[...])).flatMap { $0 }.map { [$0] } ?? []

    /// Whether a file or folder, by its path below the chart's folder, is left out.
    ///
    /// A negative rule leaves out what it does not match, as Helm has it.
    public func ignores(_ path: String, isFolder: Bool) -> Bool {
        ignores(Array(path.utf8)[...], isFolder: isFolder)
    }

    private func ignores(_ path: ArraySlice<UInt8>, isFolder: Bool) -> Bool {
        guard !path.isEmpty, !path.elementsEqual([UInt8(ascii: ".")]) else { return false }
        let lastPart = path.lastIndex(of: UInt8(ascii: "/")).map { path[($0 + 1)...] } ?? path
        for rule in rules where isFolder || !rule.onlyFolders || rule.isNegative {
            if rule.isNegative, rule.onlyFolders, !isFolder { return true }
            let matches = rule.pattern.matches(rule.isWholePath ? path : lastPart)
            if matches != rule.isNegative { return true }
        }
        return false
    }

    /// The files of a chart's folder that are part of the chart.
    public static func filtered(_ files: [ChartFile]) throws(ChartError) -> [ChartFile] {
        let rules = try HelmIgnore(files.first { $0.name == ".helmignore" }?.bytes ?? [])
        var known: KnownFolder?
        return files.filter { file in
            let path = Array(file.name.utf8)[...]
            return !rules.ignoresFolder(of: path, &known) && !rules.ignores(path, isFolder: false)
        }
    }

    private struct KnownFolder {
        var path: ArraySlice<UInt8>
        var isIgnored: Bool
    }

    /// A folder that is left out takes with it what it holds.
    ///
    /// - Parameter known: The folder that was looked at last: files come folder by folder.
    private func ignoresFolder(of path: ArraySlice<UInt8>, _ known: inout KnownFolder?) -> Bool {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return false }
        let folder = path[..<slash]
        if let known, known.path == folder { return known.isIgnored }
        let isIgnored = ignoresFolder(of: folder, &known) || ignores(folder, isFolder: true)
        known = KnownFolder(path: folder, isIgnored: isIgnored)
        return isIgnored
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
    /// The pattern, when every character stands for itself alone, but for a `*` in front.
    private var literal: [UInt8]?
    /// Whether a `*` stands in front of the literal.
    private var isSuffix = false

    /// `nil` when the pattern is malformed.
    init?(_ text: ArraySlice<UInt8>) {
        isSuffix = text.first == UInt8(ascii: "*")
        let end = isSuffix ? text.dropFirst() : text
        let isLiteral = end.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "\\"),
                0x80...:
                false
            default: true
            }
        }
        guard !isLiteral else {
            literal = Array(end)
            return
        }
        var rest = Array(String(decoding: text, as: UTF8.self).unicodeScalars)[...]
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

    /// Takes time proportional to the length of the pattern times that of the text, a path in UTF-8.
    ///
    /// When something does not fit, the last `*` takes one scalar more. No earlier one need be tried: what it could
    /// take instead, the last one can take too.
    func matches(_ text: ArraySlice<UInt8>) -> Bool {
        if let literal {
            guard text.count >= literal.count, isSuffix || text.count == literal.count,
                text.suffix(literal.count).elementsEqual(literal)
            else { return false }
            return !isSuffix || !text.dropLast(literal.count).contains(UInt8(ascii: "/"))
        }
        var piece = 0
        var place = text.startIndex
        var star: (piece: Int, place: Int)?
        while place < text.endIndex {
            if piece < pieces.count {
                if case .anyText = pieces[piece] {
                    piece += 1
                    star = (piece, place)
                    continue
                }
                let (scalar, length) = Self.scalar(text, at: place)
                if pieces[piece].takes(scalar) {
                    piece += 1
                    place += length
                    continue
                }
            }
            guard let last = star, text[last.place] != UInt8(ascii: "/") else { return false }
            place = last.place + Self.scalar(text, at: last.place).length
            star = (last.piece, place)
            piece = last.piece
        }
        return pieces[piece...].allSatisfy { if case .anyText = $0 { true } else { false } }
    }

    private static func scalar(
        _ text: ArraySlice<UInt8>, at place: Int
    ) -> (scalar: Unicode.Scalar, length: Int) {
        if text[place] < 0x80 { return (Unicode.Scalar(text[place]), 1) }
        var iterator = text[place...].makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else {
            return ("\u{FFFD}", 1)
        }
        return (scalar, UTF8.width(scalar))
    }
}
