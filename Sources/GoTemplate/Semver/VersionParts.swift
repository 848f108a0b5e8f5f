/// The pieces of a version, as they are written: `v1.2.x-alpha.1+build`.
struct VersionParts {
    /// One to three, each of digits, or with `x`, `X` and `*` where a constraint leaves it open.
    private(set) var numbers: [String] = []
    private(set) var prerelease = ""
    private(set) var metadata = ""

    /// `nil` unless the text is a version from its beginning to its end.
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        numbers.reserveCapacity(3)
        Self.take(UInt8(ascii: "v"), &rest)
        repeat {
            let number = rest.prefix(while: Self.isOfNumber)
            guard !number.isEmpty, numbers.count < 3 else { return nil }
            numbers.append(String(decoding: number, as: UTF8.self))
            rest = rest[number.endIndex...]
        } while Self.take(UInt8(ascii: "."), &rest)
        if Self.take(UInt8(ascii: "-"), &rest) {
            guard let text = Self.identifiers(&rest) else { return nil }
            prerelease = text
        }
        if Self.take(UInt8(ascii: "+"), &rest) {
            guard let text = Self.identifiers(&rest) else { return nil }
            metadata = text
        }
        guard rest.isEmpty else { return nil }
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "x"), UInt8(ascii: "X"),
            UInt8(ascii: "*"):
            true
        default: false
        }
    }

    /// `alpha.1`: none of what stands between the points is empty.
    private static func identifiers(_ rest: inout ArraySlice<UInt8>) -> String? {
        let text = rest.prefix { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        rest = rest[text.endIndex...]
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.contains(where: \.isEmpty) ? nil : String(decoding: text, as: UTF8.self)
    }

    @discardableResult
    private static func take(_ byte: UInt8, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }
}
