import EventLog
import Testing

@Suite("Tiles and entry bundles")
struct TileTests {
    @Test func paths() throws {
        func check(_ tile: Tile?, _ path: String) throws {
            let tile = try #require(tile)
            #expect(tile.path == path)
            #expect(try Tile(path: path) == tile)
        }
        try check(Tile(.hashes(level: 0), index: 0), "tile/0/000")
        try check(Tile(.hashes(level: 0), index: 1_234_067), "tile/0/x001/x234/067")
        try check(Tile(.hashes(level: 2), index: 0, width: 1), "tile/2/000.p/1")
        try check(Tile(.entries, index: 273, width: 112), "tile/entries/273.p/112")
        try check(Tile(.hashes(level: 63), index: 1000), "tile/63/x001/000")
        try check(
            Tile(.entries, index: .max),
            "tile/entries/x009/x223/x372/x036/x854/x775/807")
    }

    @Test(arguments: [
        "", "tile", "tile/0", "tile/0/", "tile//000", "tile/64/000", "tile/00/000", "tile/x/000",
        "tile/0/0", "tile/0/0000", "tile/0/x000/000", "tile/0/001/000", "tile/0/x001/x000",
        "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/07",
        "tile/0/000/1", "tile/0/.p/1", "tiles/0/000", "/tile/0/000", "tile/0/000/",
        "tile/entries/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ])
    func wrongPathsAreRefused(_ path: String) {
        #expect(throws: ProofError.self) { try Tile(path: path) }
    }

    /// The examples of the specification.
    @Test func theTilesOfATree() {
        func count(_ size: Int64, _ matches: (Tile) -> Bool) -> Int {
            Tile.all(ofTreeWith: size).count(where: matches)
        }
        let partial = Tile.all(ofTreeWith: 70_000).filter { $0.width < Tile.fullWidth }
        #expect(
            partial.map(\.path) == [
                "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112",
            ])
        #expect(count(70_000) { $0.content == .hashes(level: 0) } == 274)
        #expect(count(70_000) { $0.content == .hashes(level: 1) } == 2)
        #expect(
            Tile.all(ofTreeWith: 256).map(\.path) == [
                "tile/0/000", "tile/1/000.p/1", "tile/entries/000",
            ])
        #expect(Tile.all(ofTreeWith: 0).isEmpty)
    }

    @Test func bundles() throws {
        let entries = [Array("one".utf8), [], Array(repeating: 7, count: 65_535)]
        let bytes = EntryBundle.encode(entries)
        #expect(bytes.prefix(7) == [0, 3, 0x6F, 0x6E, 0x65, 0, 0])
        #expect(try EntryBundle.decode(bytes) == entries)
        #expect(try EntryBundle.decode([]) == [])
        #expect(throws: ProofError.malformed(.bundle, reason: "it is cut off at entry 3")) {
            try EntryBundle.decode(bytes.dropLast())
        }
        #expect(throws: ProofError.self) { try EntryBundle.decode([0]) }
        #expect(throws: ProofError.malformed(.bundle, reason: "it has more than 256 entries")) {
            try EntryBundle.decode(Array(repeating: 0, count: 2 * 257))
        }
    }
}
