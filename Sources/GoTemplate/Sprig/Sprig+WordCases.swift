extension Sprig {
    static let wordCases: [Function] = [
        Function("upper") { (text: ByteString) in text.mapped(simpleUppercase) },
        Function("lower") { (text: ByteString) in text.mapped(simpleLowercase) },
        Function("title") { (text: ByteString) in titled(text) },
        Function("untitle") { (text: ByteString) in untitled(text) },
        Function("swapcase") { (text: ByteString) in withCasesSwapped(text) },
        Function("initials") { (text: ByteString) in initials(of: text) },
        Function("camelcase") { (text: ByteString) in pascalCased(text) },
        Function("snakecase") { (text: ByteString) in separated(text, by: "_") },
        Function("kebabcase") { (text: ByteString) in separated(text, by: "-") },
    ]

    /// As `strings.Title`: letters after a separator become large; an apostrophe is one.
    private static func titled(_ text: ByteString) -> ByteString {
        var previous: Unicode.Scalar = " "
        return text.mapped { scalar in
            defer { previous = scalar }
            return isSeparator(previous) ? simpleTitlecase(scalar) : scalar
        }
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "_" || isLetterOrDigit(scalar) { return false }
        return scalar.isASCII || isGoSpace(scalar)
    }

    private static func untitled(_ text: ByteString) -> ByteString {
        var isFirst = true
        return text.mapped { scalar in
            if isGoSpace(scalar) {
                isFirst = true
                return scalar
            }
            defer { isFirst = false }
            return isFirst ? simpleLowercase(scalar) : scalar
        }
    }

    private static func withCasesSwapped(_ text: ByteString) -> ByteString {
        var afterSpace = true
        return text.mapped { scalar in
            let isTitle = scalar.properties.generalCategory == .titlecaseLetter
            if isGoUpper(scalar) || isTitle {
                afterSpace = false
                return simpleLowercase(scalar)
            }
            if isGoLower(scalar) {
                defer { afterSpace = false }
                return afterSpace ? simpleTitlecase(scalar) : simpleUppercase(scalar)
            }
            afterSpace = isGoSpace(scalar)
            return scalar
        }
    }

    /// The first byte of each word, taken for a character.
    private static func initials(of text: ByteString) -> ByteString {
        var afterSpace = true
        var result: [Unicode.Scalar] = []
        for scalar in text.bytes.map(Unicode.Scalar.init) {
            if isGoSpace(scalar) {
                afterSpace = true
            } else if afterSpace {
                result.append(scalar)
                afterSpace = false
            }
        }
        return ByteString(result)
    }

    /// `http_server` as `HttpServer`; separators at the ends and doubled ones stay.
    ///
    /// Source: https://github.com/huandu/xstrings/blob/v1.5.0/convert.go, ToPascalCase
    private static func pascalCased(_ text: ByteString) -> ByteString {
        let scalars = text.scalars
        let start = scalars.firstIndex { !isConnector($0) } ?? scalars.count
        var result = Array(scalars[..<start])
        // Of nothing but separators, the last is written twice.
        guard start < scalars.count else { return ByteString(result + result.suffix(1)) }
        var wordIsUpper = isGoUpper(scalars[start])
        var pending = simpleUppercase(scalars[start])
        for scalar in scalars[(start + 1)...] {
            var next = scalar
            if isConnector(pending) {
                if isConnector(next) {
                    result.append(pending)
                } else {
                    wordIsUpper = isGoUpper(next)
                    next = simpleUppercase(next)
                }
            } else {
                if wordIsUpper {
                    if isGoUpper(next) { next = simpleLowercase(next) } else { wordIsUpper = false }
                }
                result.append(pending)
            }
            pending = next
        }
        return ByteString(result + [pending])
    }
}
