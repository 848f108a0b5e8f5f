/// A URL as Go's net/url takes it apart and puts it together.
///
/// Source: https://pkg.go.dev/net/url#URL
struct GoURL {
    var scheme: [UInt8] = []
    var opaque: [UInt8] = []
    /// Escaped as `Userinfo.String()` does; nil without an `@`.
    var userinfo: [UInt8]?
    var host: [UInt8] = []
    var path: [UInt8] = []
    /// The path as it stood, where it was escaped in another way than ours.
    var rawPath: [UInt8] = []
    var query: [UInt8] = []
    var hasEmptyQuery = false
    var fragment: [UInt8] = []

    init() {}

    /// - Throws: a `TemplateError` with the text of `url.Error`.
    init(_ text: ByteString) throws(TemplateError) {
        do throws(URLFault) {
            try parse(text.bytes)
        } catch {
            throw TemplateError("parse \(quoted(text)): \(error.message)")
        }
    }

    struct URLFault: Error {
        var message: String
        init(_ message: String) { self.message = message }
    }

    private mutating func parse(_ text: [UInt8]) throws(URLFault) {
        var rest = text[...]
        var fragment: ArraySlice<UInt8> = []
        if let mark = text.firstIndex(of: UInt8(ascii: "#")) {
            rest = text[..<mark]
            fragment = text[(mark + 1)...]
        }
        if text.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw URLFault("net/url: invalid control character in URL")
        }
        try parseScheme(&rest)
        if rest.elementsEqual("*".utf8) {
            path = Array(rest)
            return
        }
        let mark = UInt8(ascii: "?")
        if rest.last == mark, rest.filter({ $0 == mark }).count == 1 {
            hasEmptyQuery = true
            rest = rest.dropLast()
        } else if let place = rest.firstIndex(of: mark) {
            query = Array(rest[(place + 1)...])
            rest = rest[..<place]
        }
        let slash = UInt8(ascii: "/")
        if rest.first != slash {
            if !scheme.isEmpty {
                opaque = Array(rest)
                self.fragment = try unescaped(fragment, .fragment)
                return
            }
            let segment = rest.prefix { $0 != slash }
            if segment.contains(UInt8(ascii: ":")) {
                throw URLFault("first path segment in URL cannot contain colon")
            }
        }
        if rest.starts(with: "//".utf8), !scheme.isEmpty || !rest.starts(with: "///".utf8) {
            let authority = rest.dropFirst(2).prefix { $0 != slash }
            rest = rest.dropFirst(2 + authority.count)
            try parse(authority: authority)
        }
        path = try unescaped(rest, .path)
        if escaped(path, .path) != Array(rest) { rawPath = Array(rest) }
        self.fragment = try unescaped(fragment, .fragment)
    }

    private mutating func parseScheme(_ rest: inout ArraySlice<UInt8>) throws(URLFault) {
        for (offset, byte) in rest.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                if offset == 0 { return }
            case UInt8(ascii: ":"):
                if offset == 0 { throw URLFault("missing protocol scheme") }
                scheme = rest.prefix(offset).map {
                    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0
                }
                rest = rest.dropFirst(offset + 1)
                return
            default: return
            }
        }
    }

    private mutating func parse(authority: ArraySlice<UInt8>) throws(URLFault) {
        var hostPart = authority
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
            hostPart = authority[(at + 1)...]
            let user = authority[..<at]
            guard user.allSatisfy(isValidInUserinfo) else {
                throw URLFault("net/url: invalid userinfo")
            }
            let colon = user.firstIndex(of: UInt8(ascii: ":")) ?? user.endIndex
            var text = escaped(try unescaped(user[..<colon], .userinfo), .userinfo)
            if colon < user.endIndex {
                text.append(UInt8(ascii: ":"))
                text += escaped(try unescaped(user[(colon + 1)...], .userinfo), .userinfo)
            }
            userinfo = text
        }
        host = try parse(host: hostPart)
    }

    private func parse(host: ArraySlice<UInt8>) throws(URLFault) -> [UInt8] {
        let colon = UInt8(ascii: ":")
        if host.first == UInt8(ascii: "[") {
            guard let end = host.lastIndex(of: UInt8(ascii: "]")) else {
                throw URLFault("missing ']' in host")
            }
            try check(port: host[(end + 1)...])
            if let zone = Array(host[..<end]).firstOccurrence(of: Array("%25".utf8)) {
                let mark = host.startIndex + zone
                let first = try unescaped(host[..<mark], .host)
                let middle = try unescaped(host[mark..<end], .zone)
                return first + middle + (try unescaped(host[end...], .host))
            }
        } else if let place = host.lastIndex(of: colon) {
            try check(port: host[place...])
        }
        return try unescaped(host, .host)
    }

    private func check(port: ArraySlice<UInt8>) throws(URLFault) {
        guard let first = port.first else { return }
        let isValid =
            first == UInt8(ascii: ":")
            && port.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
        if !isValid {
            throw URLFault("invalid port \(quoted(ByteString(port))) after host")
        }
    }

    private func isValidInUserinfo(_ byte: UInt8) -> Bool {
        isURLLetterOrDigit(byte) || "-._:~!$&'()*+,;=%@".utf8.contains(byte)
    }
}

extension GoURL {
    /// The host without its port and without the brackets of an IPv6 address.
    var hostname: ByteString {
        var name = host[...]
        let isBracketed = name.first == UInt8(ascii: "[")
        if let colon = name.lastIndex(of: UInt8(ascii: ":")),
            name[(colon + 1)...].allSatisfy({ (0x30...0x39).contains($0) }),
            !isBracketed || name[..<colon].last == UInt8(ascii: "]")
        {
            name = name[..<colon]
        }
        if name.first == UInt8(ascii: "["), name.last == UInt8(ascii: "]") {
            name = name.dropFirst().dropLast()
        }
        return ByteString(name)
    }

    /// As `URL.String()`.
    var text: ByteString {
        var out = scheme.isEmpty ? [] : scheme + [UInt8(ascii: ":")]
        if !opaque.isEmpty {
            out += opaque
        } else {
            if !scheme.isEmpty || !host.isEmpty || userinfo != nil {
                if !host.isEmpty || !path.isEmpty || userinfo != nil { out += "//".utf8 }
                if let userinfo { out += userinfo + [UInt8(ascii: "@")] }
                out += escaped(host, .host)
            }
            let path = rawPath.isEmpty ? escaped(self.path, .path) : rawPath
            if let first = path.first, first != UInt8(ascii: "/"), !host.isEmpty {
                out.append(UInt8(ascii: "/"))
            }
            // A colon in the first segment would be taken for the end of a scheme.
            let segment = path.prefix { $0 != UInt8(ascii: "/") }
            if out.isEmpty, segment.contains(UInt8(ascii: ":")) { out += "./".utf8 }
            out += path
        }
        if hasEmptyQuery || !query.isEmpty { out += [UInt8(ascii: "?")] + query }
        if !fragment.isEmpty { out += [UInt8(ascii: "#")] + escaped(fragment, .fragment) }
        return ByteString(out)
    }
}
