/// What counts as an address or a network: no zones, no IPv4 address mapped into IPv6.
///
/// Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library
enum CELAddresses {
    static func isIP(_ text: String) -> Bool { isIPv4(text) || isIPv6(text) }

    /// `10.0.0.0/8`, `fd00::/8`.
    static func isCIDR(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let length = decimal(parts[1], upTo: 128) else { return false }
        return isIPv4(parts[0]) ? length <= 32 : isIPv6(parts[0])
    }

    /// A number without leading zeros.
    private static func decimal(_ text: some StringProtocol, upTo limit: Int) -> Int? {
        guard (1...3).contains(text.utf8.count), text == "0" || !text.hasPrefix("0"),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text),
            value <= limit
        else { return nil }
        return value
    }

    private static func isIPv4(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { decimal($0, upTo: 255) != nil }
    }

    private static func isIPv6(_ text: some StringProtocol) -> Bool {
        guard let gap = text.firstRange(of: "::") else {
            return groups(text).map { $0 == 8 } ?? false
        }
        let (head, tail) = (text[..<gap.lowerBound], text[gap.upperBound...])
        guard !tail.contains("::"), !tail.hasPrefix(":"), let before = groups(head),
            let after = groups(tail), !(before == 0 && isMapped(tail)), !head.contains(".")
        else { return false }
        return before + after <= 7
    }

    /// `ffff:10.0.0.1`.
    private static func isMapped(_ text: some StringProtocol) -> Bool {
        text.lowercased().hasPrefix("ffff:") && text.contains(".")
    }

    /// How many groups of 16 bits; `nil` when one is wrong.
    ///
    /// An IPv4 address at the end stands for two.
    private static func groups(_ text: some StringProtocol) -> Int? {
        if text.isEmpty { return 0 }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var count = 0
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, isIPv4(part) {
                count += 2
            } else if (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
                part.utf8.count == part.count
            {
                count += 1
            } else {
                return nil
            }
        }
        return count
    }
}
