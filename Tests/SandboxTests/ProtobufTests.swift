import Foundation
import Model
import TestSupport
import Testing
import YAML

@testable import Sandbox

@Suite("Protobuf bodies")
struct ProtobufTests {
    /// What kubectl 1.32 sent for `create ...`, beside what the same command prints with
    /// `--dry-run=client -o json`.
    @Test func kubectlsObjectsAreRead() throws {
        let folder = fixtures().appendingPathComponent("protobuf")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".base64") }.map { String($0.dropLast(7)) }
        #expect(names.count >= 12)
        for name in names {
            let decoded = try ProtobufDecoder.decode(try body(name))
            let file = folder.appendingPathComponent("\(name).json")
            let expected = try parseJSON([UInt8](Data(contentsOf: file)))
            #expect(withoutEmpty(decoded) == withoutEmpty(expected), "\(name): \(decoded)")
        }
    }

    /// Every prefix of a body and every flipped bit is refused or read, and never traps.
    @Test func brokenBodiesDoNotTrap() throws {
        let whole = try body("deployment")
        for count in whole.indices { _ = try? ProtobufDecoder.decode(Array(whole[..<count])) }
        for position in whole.indices {
            for bit in 0..<8 {
                var broken = whole
                broken[position] ^= 1 << UInt8(bit)
                _ = try? ProtobufDecoder.decode(broken)
            }
        }
        #expect(throws: ProtobufProblem.self) { try ProtobufDecoder.decode(Array("{}".utf8)) }
    }

    private func body(_ name: String) throws -> [UInt8] {
        let file = fixtures().appendingPathComponent("protobuf/\(name).base64")
        let data = Data(
            base64Encoded: try Data(contentsOf: file), options: .ignoreUnknownCharacters)
        return [UInt8](try #require(data))
    }

    /// JSON of Go has nulls and empty objects where a field is not set.
    private func withoutEmpty(_ node: Node) -> Node {
        switch node {
        case .object(let mapping):
            .object(
                Mapping(
                    mapping.map { ($0.key, withoutEmpty($0.value)) }
                        .filter { !$0.1.isNull && $0.1 != [:] }))
        case .array(let items): .array(items.map(withoutEmpty))
        default: node
        }
    }
}
