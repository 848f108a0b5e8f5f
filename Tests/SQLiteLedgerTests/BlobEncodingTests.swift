import Digests
import EventLog
import Foundation
import Model
import TestSupport
import Testing

@testable import SQLiteLedger

/// How bodies are stored: in the form that takes less space, and every bit of it accounted for.
@Suite("Encoding of blobs")
struct BlobEncodingTests {
    private func decode(_ bytes: [UInt8], _ encoding: Int64, _ size: Int) throws(BlobFault)
        -> [UInt8]
    {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(BlobFault) in
                try BlobEncoding.decode(buffer, encoding: encoding, size: Int64(size))
            }
        }
        return try result.get()
    }

    private func body(_ size: Int, _ seed: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        let words = ["metadata", "labels", "app.kubernetes.io/name", "shop", "\":\"", "{", "}"]
        var bytes: [UInt8] = []
        while bytes.count < size {
            bytes += Array((words.randomElement(using: &generator) ?? "").utf8)
        }
        return Array(bytes.prefix(size))
    }

    @Test func whatIsEncodedComesBack() throws {
        for (number, size) in [0, 1, 63, 64, 65, 100, 1000, 70_000, 1 << 20].enumerated() {
            let plain = body(size, number)
            let encoded = EncodedBlob(plain)
            let code = Int64(encoded.encoding.rawValue)
            #expect(try decode(encoded.bytes, code, size) == plain)
            #expect(encoded.bytes.count <= plain.count)
            #expect(encoded.encoding == (size < 64 ? .plain : .zlib), "\(size)")
        }
        // What does not get shorter is left as it is.
        var generator = SeededGenerator(seed: 1)
        let noise = (0..<1000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        #expect(EncodedBlob(noise).encoding == .plain && EncodedBlob(noise).bytes == noise)
    }

    @Test(arguments: 0..<4)
    func everyBitOfAStoredFormIsAccountedFor(_ seed: Int) {
        let plain = body(200 + 61 * seed, seed)
        let encoded = EncodedBlob(plain)
        #expect(encoded.encoding == .zlib)
        for bit in 0..<8 * encoded.bytes.count {
            var changed = encoded.bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: BlobFault.self) { try decode(changed, 1, plain.count) }
        }
        for end in 0..<encoded.bytes.count {
            let short = Array(encoded.bytes[..<end])
            #expect(throws: BlobFault.self) { try decode(short, 1, plain.count) }
        }
        for size in [-1, 0, 1, plain.count - 1, plain.count + 1, .max] {
            #expect(throws: BlobFault.self) { try decode(encoded.bytes, 1, size) }
        }
        for encoding in [-1, 2, .max] as [Int64] {
            #expect(throws: BlobFault.self) { try decode(encoded.bytes, encoding, plain.count) }
        }
        #expect(throws: BlobFault.self) { try decode(encoded.bytes + [0], 1, plain.count) }
    }

    @Test func theVectorIsReadInBothEncodings() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appendingPathComponent("schema/vectors/blob.txt"), encoding: .utf8)
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ").map(String.init)
            fields[parts[0]] = parts[1]
        }
        let size = Int(fields["size"] ?? "") ?? 0
        for (name, encoding) in [("encoding0", 0), ("encoding1", 1)] as [(String, Int64)] {
            let bytes = try #require(hexBytes(fields[name] ?? ""))
            let plain = try decode(bytes, encoding, size)
            #expect(Digest(of: plain).description == fields["digest"])
        }
    }

    /// A ledger with one large body, and what changing its row leads to.
    private func findings(_ change: String) async throws -> [String] {
        let bench = try Bench()
        let ledger = try bench.create()
        let blob = Blob(body(5000, 3))
        var event = bench.event(1)
        event.event = .objectObserved(ObjectObserved { $0.digest = blob.digest })
        _ = try await ledger.append(AppendBatch(events: [event], blobs: [blob]))
        #expect(try await ledger.blob(blob.digest) == blob.bytes)
        #expect(try await ledger.verify(full: true).findings == [])
        #expect(try tamper(bench.path, change) == "done")
        await #expect(throws: LedgerError.self) { try await ledger.blob(blob.digest) }
        return try await ledger.verify(full: true).findings.map(\.description)
    }

    @Test func aBodyThatWasDamagedIsAFinding() async throws {
        let digest = Digest(of: body(5000, 3)).shortText
        #expect(
            try await findings("UPDATE blob SET encoding = 7")
                == ["blob \(digest): expected encoding 0 or 1, found encoding 7"])
        #expect(
            try await findings("UPDATE blob SET bytes = substr(bytes, 1, length(bytes) - 5)")
                == ["blob \(digest): expected compressed bytes with their checksum, found others"])
        let smaller = try await findings("UPDATE blob SET size = size - 1")
        #expect(
            smaller == [
                "blob \(digest): expected 4999 bytes in zlib's format, found more, or cut short"
            ])
    }
}
