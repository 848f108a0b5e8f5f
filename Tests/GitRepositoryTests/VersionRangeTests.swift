import Testing

@testable import GitRepository

@Suite("Version ranges over tags")
struct VersionRangeTests {
    static let tags = [
        "v0.0.3", "v0.2.3", "v0.2.9", "v0.3.0", "1.0.0", "v1.2.0", "v1.2.9", "v1.2.10", "1.3.0",
        "v2.0.0-rc.1", "v2.0.0", "v2.1", "v3.0.0-beta.2", "v3.0.0-beta.11", "release", "1.2.3.4",
    ]

    @Test(arguments: [
        ("1.2.*", "v1.2.10"), ("1.2.x", "v1.2.10"), ("~1.2", "v1.2.10"), ("~1.2.0", "v1.2.10"),
        ("^1.2", "1.3.0"), ("1.x", "1.3.0"), (">=1 <2", "1.3.0"), (">=1.0, <1.3", "v1.2.10"),
        ("> 1.2.9", "v2.1"), ("<1.2.9", "v1.2.0"), ("<=1.2", "v1.2.10"), ("*", "v2.1"),
        ("^0.2.3", "v0.2.9"), ("^0.0.3", "v0.0.3"), ("^0", "v0.3.0"), ("1.0 - 1.2.9", "v1.2.9"),
        ("0.2.x || 1.0.x", "1.0.0"), (">=3.0.0-0", "v3.0.0-beta.11"), (">1.2", "v2.1"),
        ("!=2.1 >=1", "v2.0.0"), ("^4", "nothing"), (">2.1", "nothing"), ("=>2.1.0", "v2.1"),
    ])
    func rangesFindTheHighestTag(_ range: String, _ expected: String) {
        #expect(VersionRange(range)?.highest(of: Self.tags) ?? "nothing" == expected)
    }

    @Test(arguments: ["main", "", "release/1.2", "1.2.3.4", "^", ">=1 and <2", "1 - 2 - 3", "1..2"])
    func otherTextsAreNoRanges(_ text: String) {
        #expect(VersionRange(text) == nil)
    }
}
