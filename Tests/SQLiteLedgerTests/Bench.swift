import Digests
import EventLog
import Foundation
import Model
import Projections
import SQLiteLedger
import Synchronization
import TestSupport

/// A ledger in a folder of its own, with clocks that stand until they are moved and seeded randomness.
final class Bench: Sendable {
    let folder: TemporaryFolder
    let wall = Mutex(Timestamp("2026-11-02T10:00:00Z") ?? Timestamp(seconds: 0))
    let uptime = Mutex(Duration.seconds(1000))
    private let generator = Mutex(SeededGenerator(seed: 7))
    private let count = Mutex(0)

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.url.appendingPathComponent("tidemark.db").path }

    var time: TimeSource {
        TimeSource(
            now: { self.wall.withLock { $0 } }, uptime: { self.uptime.withLock { $0 } })
    }

    var random: RandomSource {
        RandomSource { count in
            self.generator.withLock { generator in
                (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            }
        }
    }

    func create() throws -> SQLiteLedger {
        try SQLiteLedger.create(
            path: path, programVersion: "test", tokenKeyID: "00000000", time: time, random: random)
    }

    func create(signedBy signer: NoteSigner) throws -> SQLiteLedger {
        try SQLiteLedger.create(
            path: path, programVersion: "test", tokenKeyID: "00000000", origin: signer.name.text,
            signingKey: signer.verifier.text, time: time, random: random)
    }

    let signer = Bench.signer("example.com/audit", .note, seed: 1)

    static func signer(_ name: String, _ type: SignatureType, seed: UInt8) -> NoteSigner {
        guard let name = KeyName(name),
            let key = SigningKey(seed: Array(repeating: seed, count: SigningKey.seedBytes))
        else { preconditionFailure("a key with a name and 32 bytes") }
        return NoteSigner(name: name, type: type, key: key)
    }

    func open() throws -> SQLiteLedger {
        try SQLiteLedger.openForWriting(path: path, time: time, random: random)
    }

    func pass(_ duration: Duration) {
        wall.withLock { $0 = $0 + duration }
        uptime.withLock { $0 += duration }
    }

    /// An event whose content is a number, in the stream of an environment.
    func event(_ number: Int, in stream: String = "production") -> NewEvent {
        let id = count.withLock { count in
            count += 1
            return EventID(
                at: Timestamp(nanoseconds: 0),
                // The first bytes carry the version and variant of the UUID.
                random: (0..<10).map {
                    $0 < 4 ? 0 : UInt8(truncatingIfNeeded: count >> (8 * ($0 - 4)))
                })
        }
        return NewEvent(
            id: id, .clusterConnected(ClusterConnected { $0.serverVersion = "v\(number)" }),
            stream: "environment/\(stream)", subjects: Subjects(environment: stream),
            occurredAt: wall.withLock { $0 })
    }
}

extension SQLiteLedger {
    /// Every event as `POSITION TYPE STREAM@VERSION`.
    func listing() async throws -> String {
        try await events(after: 0, limit: .max).map {
            "\($0.position) \($0.envelope.type) \($0.envelope.stream)@\($0.envelope.streamVersion)"
        }.joined(separator: "\n")
    }
}
