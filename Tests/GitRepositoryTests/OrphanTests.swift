import Foundation
import TestSupport
import Testing

@testable import GitRepository

@Suite("Workers without a parent")
struct OrphanTests {
    /// Starts a worker, tells its process id, and waits for ever with the worker's pipe open.
    private static let parent = """
        import subprocess, sys, time
        child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.stdin.write(sys.argv[1].encode()); child.stdin.flush()
        print(child.pid, flush=True)
        time.sleep(600)
        """

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"),
            "SKIPPED: needs /usr/bin/python3"),
        .timeLimit(.minutes(1)))
    func aWorkerEndsWithItsKilledParent() async throws {
        let place = try Playground()
        let server = try SilentServer()
        _ = try await place.open()
        let remote = try GitRemote(url: "http://127.0.0.1:\(server.port)/x.git")
        let request = try WorkerRequest(folder: place.mirrorFolder, remote: remote, push: nil)
            .encoded()
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments =
            ["-c", Self.parent, String(decoding: request, as: UTF8.self)]
            + [tidemarkWorker.executable] + tidemarkWorker.arguments
        process.standardOutput = output
        try process.run()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 {
            line.append(byte)
        }
        let worker = try #require(Int32(String(decoding: line, as: UTF8.self)))
        // In the middle of its transfer: it holds the lock of the mirror.
        while !holdsLock(worker, of: place.mirrorFolder) { await Task.yield() }
        kill(process.processIdentifier, SIGKILL)
        while isRunning(worker) { await Task.yield() }
        #expect(!isRunning(worker))
    }

    private func holdsLock(_ process: Int32, of folder: String) -> Bool {
        let open = "/proc/\(process)/fd"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: open)) ?? []
        return files.contains {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(open)/\($0)")
            return target == folder + "/tidemark.lock"
        }
    }

    /// Not gone, and not a zombie that nobody has waited for yet.
    private func isRunning(_ process: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return false }
        return !text[end...].dropFirst(2).hasPrefix("Z")
    }
}
