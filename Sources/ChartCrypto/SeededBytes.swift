internal import Digests
public import Rendering
internal import Synchronization

/// The same bytes for the same place in a chart, drawn from a key; a place that draws again gets further ones.
///
/// Good for one rendering.
///
/// - Parameter scope: Other scopes get other bytes.
public func seededBytes(
    _ key: [UInt8], scope: String = ""
) -> @Sendable (ChartCallSite, Int) -> [UInt8] {
    let draws = Draws(key: key, scope: scope)
    return { site, count in draws.next(site, count) }
}

/// A stream of bytes for each place, which only somebody with the key can tell in advance.
private final class Draws: Sendable {
    private let key: [UInt8]
    private let scope: String
    /// How many draws there were at a place.
    private let turns = Mutex<[ChartCallSite: Int]>([:])

    init(key: [UInt8], scope: String) {
        self.key = key
        self.scope = scope
    }

    func next(_ site: ChartCallSite, _ count: Int) -> [UInt8] {
        let turn = turns.withLock { turns in
            turns[site, default: 0] += 1
            return turns[site, default: 0]
        }
        var bytes: [UInt8] = []
        var block = 0
        while bytes.count < count {
            bytes += keyedDigest(
                of: "\(turn) \(block) \(site.line):\(site.column)\n\(site.template)\n\(scope)",
                key: key)
            block += 1
        }
        return Array(bytes.prefix(count))
    }
}
