import Foundation
import TestSupport

/// The functions of `Fixtures/faults.c`, in a process that was started with it in `LD_PRELOAD`.
///
/// There is one in a process: what it counts and breaks is process-wide.
struct FaultShim: Sendable {
    /// In the order of `enum mode` in the C source.
    enum Mode: Int32 {
        case none, ioError, diskFull, syncError, readError, kill, tornKill
    }

    private typealias Arm = @convention(c) (UnsafePointer<CChar>, Int32, Int, Int32) -> Void
    private typealias Disarm = @convention(c) () -> Int32
    private typealias Count = @convention(c) () -> Int
    private typealias Record = @convention(c) (Int32) -> Void
    private typealias Note = @convention(c) (UnsafePointer<CChar>) -> Void
    private typealias Journal =
        @convention(c) (UnsafeMutablePointer<Int>) -> UnsafePointer<UInt8>?

    private let armFunction: Arm
    private let disarmFunction: Disarm
    private let countFunction: Count
    private let recordFunction: Record
    private let noteFunction: Note
    private let journalFunction: Journal

    /// Fails in a process without the library.
    init() throws {
        func find<Function>(_ name: String, as type: Function.Type) throws -> Function {
            guard let symbol = dlsym(nil, name) else { throw Missing(name: name) }
            return unsafeBitCast(symbol, to: type)
        }
        armFunction = try find("faults_arm", as: Arm.self)
        disarmFunction = try find("faults_disarm", as: Disarm.self)
        countFunction = try find("faults_count", as: Count.self)
        recordFunction = try find("faults_record", as: Record.self)
        noteFunction = try find("faults_note", as: Note.self)
        journalFunction = try find("faults_journal", as: Journal.self)
    }

    struct Missing: Error { var name: String }

    /// Lets the operation `number` on files below `folder` fail, and with `isSticky` all after it.
    func arm(_ folder: URL, _ mode: Mode, at number: Int, isSticky: Bool = false) {
        armFunction(folder.path, mode.rawValue, number, isSticky ? 1 : 0)
    }

    /// Lets everything work again.
    ///
    /// - Returns: Whether something had failed.
    @discardableResult
    func disarm() -> Bool { disarmFunction() != 0 }

    /// How many operations there were that could have failed.
    var count: Int { countFunction() }

    func note(_ text: String) { noteFunction(text) }

    /// What the disk was asked to do below `folder` while `body` ran, with the notes made in between.
    ///
    /// - Returns: Also whether the operation `number` was reached and failed.
    func recording(
        _ folder: URL, _ mode: Mode = .none, at number: Int = 0, _ body: () async throws -> Void
    ) async throws -> (operations: [DiskOperation], hasFailed: Bool) {
        arm(folder, mode, at: number)
        recordFunction(1)
        try await body()
        recordFunction(0)
        let hasFailed = disarm()
        var length = 0
        guard let bytes = journalFunction(&length) else { return ([], hasFailed) }
        return (
            DiskOperation.parse(UnsafeBufferPointer(start: bytes, count: length)), hasFailed
        )
    }
}

/// A second run of this test program, with the library in front of its disk.
enum FaultChild {
    private static let marker = "TIDEMARK_TEST_FAULTS"
    private static let environment = ProcessInfo.processInfo.environment

    static let isOne = environment[marker] != nil

    /// What the test that started this run gave it.
    static func argument(_ name: String) -> String? { environment["\(marker)_\(name)"] }

    /// The library, or `nil` where there is no compiler.
    private static let library: (folder: TemporaryFolder, path: String)? = {
        guard let folder = try? TemporaryFolder() else { return nil }
        let source = fixtures(String(#filePath).replacing("/Faults/", with: "/"))
            .appendingPathComponent("faults.c").path
        let path = folder.url.appendingPathComponent("faults.so").path
        for compiler in ["cc", "clang", "gcc"] {
            let arguments = [
                compiler, "-shared", "-fPIC", "-O1", "-w", "-o", path, source, "-ldl", "-lpthread",
            ]
            if (try? SecondRun(arguments).end().status) == 0 { return (folder, path) }
        }
        return nil
    }()

    static let canRun = !isOne && library != nil

    /// Starts one test of this program as a child.
    static func start(_ test: String, _ arguments: [String: String] = [:]) throws -> SecondRun {
        guard let library else { throw FaultShim.Missing(name: "the library") }
        var added = [marker: "1", "LD_PRELOAD": library.path]
        for (name, value) in arguments { added["\(marker)_\(name)"] = value }
        return try SecondRun(test: test, added)
    }
}
