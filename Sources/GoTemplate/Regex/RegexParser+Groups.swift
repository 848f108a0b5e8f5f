extension RegexParser {
    /// `(`, `(?:`, `(?P<name>`, `(?<name>`, `(?i)` or `(?i:`.
    mutating func openGroup() throws(RE2Error) {
        guard peek(1) == "?" else {
            position += 1
            names.append("")
            groups.append(Group(flags: flags, capture: names.count - 1))
            return
        }
        if peek(2) == "P", peek(3) == "<", peek(4) != nil {
            try openNamed(nameAt: 4)
        } else if peek(2) == "<", peek(3) != nil {
            try openNamed(nameAt: 3)
        } else {
            try parseFlags()
        }
    }

    private mutating func openNamed(nameAt offset: Int) throws(RE2Error) {
        let start = position
        guard let end = pattern[start...].firstIndex(of: ">") else {
            throw RE2Error(.invalidNamedCapture, pattern[start...])
        }
        let name = pattern[(start + offset)..<end]
        let isValid = !name.isEmpty && name.allSatisfy { $0 == "_" || isASCIIAlphanumeric($0) }
        guard isValid else { throw RE2Error(.invalidNamedCapture, pattern[start...end]) }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: name)
        names.append(String(text))
        groups.append(Group(flags: flags, capture: names.count - 1))
        position = end + 1
    }

    /// What stands after `(?`: flags to the end of the group, or of this one.
    private mutating func parseFlags() throws(RE2Error) {
        let start = position
        position += 2
        var changed = flags
        var isOn = true
        var sawFlag = false
        while let scalar = next {
            position += 1
            switch scalar {
            case "i":
                changed.ignoresCase = isOn
                sawFlag = true
            case "m":
                changed.isMultiline = isOn
                sawFlag = true
            case "s":
                changed.dotMatchesNewline = isOn
                sawFlag = true
            case "U":
                changed.isLazy = isOn
                sawFlag = true
            case "-" where isOn:
                isOn = false
                sawFlag = false
            case ":" where isOn || sawFlag:
                groups.append(Group(flags: flags, capture: nil))
                flags = changed
                return
            case ")" where isOn || sawFlag:
                flags = changed
                return
            default: throw RE2Error(.invalidPerlSyntax, text(from: start))
            }
        }
        throw RE2Error(.invalidPerlSyntax, text(from: start))
    }

    func isASCIIAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        isDigit(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }
}
