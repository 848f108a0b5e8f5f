import Foundation
import TestSupport

/// One thing the disk was asked to do, as `Fixtures/faults.c` records it.
enum DiskOperation {
    case create(String)
    case write(String, offset: Int, [UInt8])
    case truncate(String, size: Int)
    case sync(String)
    /// The kernel could not write, and has forgotten that it still should.
    case failedSync(String)
    case syncFolder
    case unlink(String)
    case rename(String, to: String)
    /// A second name of the same file.
    case link(String, to: String)
    /// What the program had reached: `ack 3`.
    case note(String)

    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> [Self] {
        var operations: [Self] = []
        var at = 0
        func number(_ size: Int) -> Int {
            defer { at += size }
            return (0..<size).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
        }
        func content() -> [UInt8] {
            let count = number(4)
            defer { at += count }
            return Array(bytes[at..<at + count])
        }
        while at < bytes.count {
            let kind = number(1)
            let offset = number(8)
            let path = String(decoding: content(), as: UTF8.self)
            let data = content()
            switch kind {
            case 0: operations.append(.create(path))
            case 1: operations.append(.write(path, offset: offset, data))
            case 2: operations.append(.truncate(path, size: offset))
            case 3: operations.append(.sync(path))
            case 4: operations.append(.syncFolder)
            case 5: operations.append(.unlink(path))
            case 6: operations.append(.rename(path, to: String(decoding: data, as: UTF8.self)))
            case 8: operations.append(.failedSync(path))
            case 9: operations.append(.link(path, to: String(decoding: data, as: UTF8.self)))
            default: operations.append(.note(path))
            }
        }
        return operations
    }
}

/// A disk with what is surely on it, and what a power cut may still take away.
///
/// 1. What was written before a sync of its file is on the disk; every later write may be, in part or not.
/// 2. What was written before a failed sync is never on the disk, though every process reads it: the next
///    sync answers that all is well. Source: https://lwn.net/Articles/752063/
/// 3. A file is under its name, or no longer, once its folder was synced; changes of names keep their order.
struct CrashDisk {
    /// What became of the writes that no sync had made durable.
    enum Fate: CaseIterable {
        /// All are there: what a killed process leaves.
        case kept
        case lost
        /// The first ones are there.
        case prefix
        /// Some are there.
        case subset
        /// Of each, some sectors are there.
        case torn
    }

    private struct Pending {
        var file: Int
        var change: (inout [UInt8]) -> Void
        /// The sectors alone, for a torn write.
        var sectors: [(inout [UInt8]) -> Void]
        /// Whether a sync failed to write it.
        var isForgotten = false
    }

    /// The size below which a disk writes all or nothing.
    ///
    /// Source: https://www.sqlite.org/atomiccommit.html#_hardware_assumptions
    private static let sector = 512

    private var contents: [[UInt8]] = []
    private var pending: [Pending] = []
    private var names: [String: Int] = [:]
    private var pendingNames: [(inout [String: Int]) -> Void] = []

    /// A disk that holds the files of a folder, all of them durable.
    init(_ folder: URL) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where Self.matters(name) {
            let file = folder.appendingPathComponent(name)
            names[file.path] = contents.count
            contents.append([UInt8](try Data(contentsOf: file)))
        }
    }

    /// Shared memory and locks are made anew by the first process; the reserve holds nothing.
    private static func matters(_ path: String) -> Bool {
        !["-shm", ".lock", ".reserve"].contains { path.hasSuffix($0) }
    }

    /// What a power cut now may do: nothing and the worst, and one thing in between.
    func fates(_ generator: inout SeededGenerator) -> [Fate] {
        if pending.isEmpty, pendingNames.isEmpty { return [.kept] }
        let between: [Fate] = [.prefix, .subset, .torn]
        return [.kept, .lost, between.randomElement(using: &generator) ?? .torn]
    }

    /// - Returns: Whether it has anything to do with the ledger.
    mutating func apply(_ operation: DiskOperation) -> Bool {
        switch operation {
        case .create(let path) where Self.matters(path):
            let file = contents.count
            contents.append([])
            pendingNames.append { $0[path] = file }
        case .write(let path, let offset, let bytes):
            guard let file = current[path] else { return false }
            pending.append(
                Pending(
                    file: file, change: Self.write(offset, bytes[...]),
                    sectors: stride(from: 0, to: bytes.count, by: Self.sector).map {
                        Self.write(
                            offset + $0, bytes[$0..<min($0 + Self.sector, bytes.count)])
                    }))
        case .truncate(let path, let size):
            guard let file = current[path] else { return false }
            let change = { (bytes: inout [UInt8]) in Self.resize(&bytes, to: size) }
            pending.append(Pending(file: file, change: change, sectors: [change]))
        case .sync(let path):
            guard let file = current[path] else { return false }
            for change in pending where change.file == file && !change.isForgotten {
                change.change(&contents[file])
            }
            pending.removeAll { $0.file == file && !$0.isForgotten }
        case .failedSync(let path):
            guard let file = current[path] else { return false }
            for index in pending.indices where pending[index].file == file {
                pending[index].isForgotten = true
            }
        case .syncFolder:
            for change in pendingNames { change(&names) }
            pendingNames = []
        case .unlink(let path) where Self.matters(path): pendingNames.append { $0[path] = nil }
        case .rename(let from, let to):
            pendingNames.append { names in
                names[to] = names[from]
                names[from] = nil
            }
        case .link(let from, let to): pendingNames.append { $0[to] = $0[from] }
        case .note: return true
        case .create, .unlink: return false
        }
        return true
    }

    private var current: [String: Int] {
        var names = names
        for change in pendingNames { change(&names) }
        return names
    }

    private static func write(_ offset: Int, _ data: ArraySlice<UInt8>) -> (inout [UInt8]) -> Void {
        { bytes in
            if bytes.count < offset + data.count { resize(&bytes, to: offset + data.count) }
            bytes.replaceSubrange(offset..<offset + data.count, with: data)
        }
    }

    private static func resize(_ bytes: inout [UInt8], to size: Int) {
        if bytes.count > size { bytes.removeLast(bytes.count - size) }
        bytes += [UInt8](repeating: 0, count: size - bytes.count)
    }

    /// Writes what the disk holds after a power cut now into another folder.
    func image(
        _ fate: Fate, in folder: URL, _ generator: inout SeededGenerator
    ) throws {
        var contents = contents
        var names = names
        let keptNames: Int =
            switch fate {
            case .kept: pendingNames.count
            case .lost: 0
            case .prefix, .subset, .torn: Int.random(in: 0...pendingNames.count, using: &generator)
            }
        for change in pendingNames.prefix(keptNames) { change(&names) }
        let last = Int.random(in: 0...pending.count, using: &generator)
        for (index, write) in pending.enumerated() where !write.isForgotten {
            switch fate {
            case .kept: write.change(&contents[write.file])
            case .lost: break
            case .prefix: if index < last { write.change(&contents[write.file]) }
            case .subset:
                if Bool.random(using: &generator) { write.change(&contents[write.file]) }
            case .torn:
                for sector in write.sectors where Bool.random(using: &generator) {
                    sector(&contents[write.file])
                }
            }
        }
        for (path, file) in names {
            let name = path[path.index(after: path.lastIndex(of: "/") ?? path.startIndex)...]
            try Data(contents[file]).write(to: folder.appendingPathComponent(String(name)))
        }
    }
}
