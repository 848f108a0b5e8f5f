import Engine
import Foundation
import Rendering
import TestSupport
import Testing

/// Which file of the machine is read for the name of a zone.
@Suite("Zone files")
struct ZoneFilesTests {
    @Test func theFirstFolderWithAFileCounts() throws {
        let folder = try TemporaryFolder()
        let files = FileManager.default
        let path = folder.url.path
        for below in ["a/Europe", "b/Europe/Berlin", "c/Europe"] {
            try files.createDirectory(atPath: "\(path)/\(below)", withIntermediateDirectories: true)
        }
        try Data("a".utf8).write(to: URL(fileURLWithPath: "\(path)/a/Europe/Rome"))
        try Data("c".utf8).write(to: URL(fileURLWithPath: "\(path)/c/Europe/Rome"))
        try Data("c".utf8).write(to: URL(fileURLWithPath: "\(path)/c/Europe/Berlin"))
        try Data().write(to: URL(fileURLWithPath: "\(path)/a/Empty"))
        try files.createSymbolicLink(atPath: "\(path)/a/Link", withDestinationPath: "Europe/Rome")
        try Data(count: 1 << 20 + 1).write(to: URL(fileURLWithPath: "\(path)/a/Large"))
        let zones = ChartZones(folders: ["\(path)/none", "\(path)/a", "\(path)/b", "\(path)/c"])
        let expected: [(String, String?)] = [
            ("Europe/Rome", "a"), ("Europe/Berlin", "c"), ("Link", "a"), ("Empty", ""),
            ("Europe", nil), ("Large", nil), ("Europe/Paris", nil),
        ]
        for (name, content) in expected {
            #expect(zones.file(name) == content.map { Array($0.utf8) }, "\(name)")
        }
    }
}
