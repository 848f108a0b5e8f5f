extension Sprig {
    static let urls: [Function] = [
        Function("urlParse") { (text: ByteString) throws(TemplateError) in
            do throws(TemplateError) {
                let url = try GoURL(text)
                let parts: [(ByteString, [UInt8])] = [
                    ("scheme", url.scheme), ("host", url.host), ("hostname", url.hostname.bytes),
                    ("path", url.path), ("query", url.query), ("opaque", url.opaque),
                    ("fragment", url.fragment), ("userinfo", url.userinfo ?? []),
                ]
                return Map(parts.map { ($0, .string(ByteString($1))) })
            } catch {
                throw TemplateError("unable to parse url: \(error)")
            }
        },
        Function("urlJoin") { (parts: Map) throws(TemplateError) in
            var url = GoURL()
            url.scheme = try part("scheme", parts)
            url.host = try part("host", parts)
            url.path = try part("path", parts)
            url.query = try part("query", parts)
            url.opaque = try part("opaque", parts)
            url.fragment = try part("fragment", parts)
            let userinfo = try part("userinfo", parts)
            if !userinfo.isEmpty { url.userinfo = try user(userinfo) }
            return url.text
        },
        // Helm answers so, too, unless it is told to ask DNS.
        Function("getHostByName") { (_: ByteString) in ByteString("") },
    ]

    private static func part(
        _ name: ByteString, _ parts: Map
    ) throws(TemplateError) -> [UInt8] {
        guard let value = parts[name] else { return [] }
        if case .string(let text) = value { return text.bytes }
        throw TemplateError(
            "unable to parse \(name) key, must be of type string, but "
                + "\(try kind(of: value)) found")
    }

    private static func user(_ userinfo: [UInt8]) throws(TemplateError) -> [UInt8]? {
        do throws(TemplateError) {
            return try GoURL("proto://" + ByteString(userinfo) + "@host").userinfo
        } catch {
            throw TemplateError("unable to parse userinfo in dict: \(error)")
        }
    }

    static let paths: [Function] = ["", "os"].flatMap { prefix in
        [
            path("Base", prefix) { lastElement(of: $0) },
            path("Dir", prefix) { directory(of: $0) },
            path("Clean", prefix) { cleanPath($0) },
            path("Ext", prefix) { pathExtension(of: $0) },
            Function(prefix.isEmpty ? "isAbs" : "osIsAbs") { (path: ByteString) in
                path.bytes.first == UInt8(ascii: "/")
            },
        ]
    }

    private static func path(
        _ name: String, _ prefix: String, _ change: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) -> Function {
        Function(prefix.isEmpty ? name.lowercased() : prefix + name) { (path: ByteString) in
            ByteString(change(path.bytes))
        }
    }
}

private let slash = UInt8(ascii: "/")
private let dot = UInt8(ascii: ".")

/// What stands after the last slash.
///
/// Source: https://pkg.go.dev/path#Base
private func lastElement(of path: [UInt8]) -> [UInt8] {
    if path.isEmpty { return [dot] }
    let end = path.lastIndex { $0 != slash }.map { $0 + 1 } ?? 0
    let start = path[..<end].lastIndex(of: slash).map { $0 + 1 } ?? 0
    return end == 0 ? [slash] : Array(path[start..<end])
}

private func directory(of path: [UInt8]) -> [UInt8] {
    cleanPath(Array(path[..<(path.lastIndex(of: slash).map { $0 + 1 } ?? 0)]))
}

private func pathExtension(of path: [UInt8]) -> [UInt8] {
    let name = path[(path.lastIndex(of: slash).map { $0 + 1 } ?? 0)...]
    return name.lastIndex(of: dot).map { Array(name[$0...]) } ?? []
}

/// The shortest path that means the same, by its letters alone.
///
/// Source: https://pkg.go.dev/path#Clean
private func cleanPath(_ path: [UInt8]) -> [UInt8] {
    let isRooted = path.first == slash
    var parts: [ArraySlice<UInt8>] = []
    for part in path.split(separator: slash) where !part.elementsEqual([dot]) {
        guard part.elementsEqual([dot, dot]) else {
            parts.append(part)
            continue
        }
        if let last = parts.last, !last.elementsEqual([dot, dot]) {
            parts.removeLast()
        } else if !isRooted {
            parts.append(part)
        }
    }
    let joined = Array(parts.joined(separator: [slash]))
    if isRooted { return [slash] + joined }
    return joined.isEmpty ? [dot] : joined
}
