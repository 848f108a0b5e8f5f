public import Foundation

/// The folder `Fixtures` beside the test file that asks.
public func fixtures(_ file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Fixtures")
}

/// The folder `Golden` beside the test file that asks.
public func goldenFolder(_ file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Golden")
}

/// The difference between `text` and the golden file `name`, or `nil` when they are the same.
///
/// `UPDATE_GOLDEN=1 swift test` writes the file instead; CI refuses to.
public func goldenDifference(_ text: String, _ name: String, _ file: String = #filePath) throws
    -> String?
{
    let url = goldenFolder(file).appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return nil
    }
    guard let expected = try? String(contentsOf: url, encoding: .utf8) else {
        return "\(name) does not exist; write it with UPDATE_GOLDEN=1 swift test"
    }
    if expected == text { return nil }
    let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let found = text.split(separator: "\n", omittingEmptySubsequences: false)
    var lines = ["\(name) differs:"]
    for index in 0..<max(wanted.count, found.count) where lines.count < 20 {
        let old = index < wanted.count ? String(wanted[index]) : "(end)"
        let new = index < found.count ? String(found[index]) : "(end)"
        if old != new { lines += ["\(index + 1) - \(old)", "\(index + 1) + \(new)"] }
    }
    return lines.joined(separator: "\n")
}

/// A folder of its own for one test, removed when the test lets go of it.
public final class TemporaryFolder: Sendable {
    public let url: URL

    public init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("tidemark-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// A small repeatable source of randomness (SplitMix64).
///
/// Source: https://prng.di.unimi.it/splitmix64.c
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: some BinaryInteger) { state = UInt64(truncatingIfNeeded: seed) }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
