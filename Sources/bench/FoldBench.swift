internal import EventLog
internal import Glibc
internal import Model
internal import Projections
internal import SQLiteLedger

/// The fold from zero, and the verification of everything.
func measureFold(_ file: LedgerFile) async throws -> [Figure] {
    let clock = ContinuousClock()
    let ledger = try SQLiteLedger.openForReading(path: file.path)
    var best = Double.infinity
    var processor = Double.infinity
    var resident: Double?
    for _ in 0..<3 {
        let start = clock.now
        let used = processorSeconds(CLOCK_PROCESS_CPUTIME_ID)
        let state = try await ledger.foldedState(at: file.events)
        guard state.position == file.events else { throw BenchFailure("the fold stopped early") }
        best = min(best, seconds(clock.now - start))
        processor = min(processor, processorSeconds(CLOCK_PROCESS_CPUTIME_ID) - used)
        // Of one fold: what a second one finds unreturned by the allocator is not its own.
        resident = resident ?? residentMegabytes()
    }
    let start = clock.now
    let report = try await ledger.verify(full: true)
    let verified = seconds(clock.now - start)
    guard report.isIntact else {
        throw BenchFailure("the generated ledger is not intact: \(report.findings[0])")
    }
    let millions = Double(file.events) / 1e6
    return [
        Figure(
            name: "fold from zero, thousand events/s", value: Double(file.events) / best / 1000,
            unit: "", target: .atLeast(300)),
        Figure(
            name: "processor time of it, per event", value: processor / Double(file.events) * 1e6,
            unit: "us", target: .none),
        Figure(
            name: "resident after folding", value: resident ?? 0, unit: "MB",
            target: millions <= 1.1 ? .below(300) : .none),
        Figure(
            name: "verify --full, per million events", value: verified / millions, unit: "s",
            target: .below(20)),
    ]
}

func seconds(_ duration: Duration) -> Double { Double(duration.wholeNanoseconds) / 1e9 }

/// The most memory that this process ever held.
private func residentMegabytes() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1000
}
