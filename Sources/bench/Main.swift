internal import Glibc

/// `bench [--tidemark PATH] [--only NAME] [--events COUNT] [--ledger PATH] [--large] [--charts DIR]
/// [--helm PATH] [--helm-sdk PATH]`: prints one line per figure.
///
/// Charts are those of the tests, and with `--charts` all below a folder; they are held against the real Helm
/// where its program (`--helm`) and its library `libhelm_c.so` (`--helm-sdk`) are named.
///
/// The generated ledger has a million events, with `--large` also one of ten million is measured. With
/// `--ledger` it is kept at that path, and used again when it is there.
///
/// Exits with 0, with 1 when a figure misses its target, and with 64 on unknown arguments.
@main
enum Bench {
    static func main() async {
        guard let options = BenchOptions(CommandLine.arguments.dropFirst()) else {
            print(BenchOptions.usage)
            exit(64)
        }
        let benches: [(name: String, run: () async throws -> [Figure])] = [
            ("yaml", measureYAML), ("json", measureJSON), ("diff", measureDiff),
            ("reconcile", measureReconcile),
            ("start", { try measureStart(of: options.tidemark) }),
            ("append", measureAppend),
            ("charts", { try await measureCharts(options) }),
            ("ledger", { try await measureLedgers(options) }),
        ]
        var isMissed = false
        for bench in benches where options.only == nil || options.only == bench.name {
            do {
                for figure in try await bench.run() {
                    print(figure)
                    isMissed = isMissed || !figure.isMet
                }
            } catch {
                print("MISSED  \(error)")
                isMissed = true
            }
        }
        exit(isMissed ? 1 : 0)
    }
}

struct BenchOptions {
    static let usage =
        "usage: bench [--tidemark PATH] [--only yaml|json|diff|reconcile|start|append|charts|ledger] "
        + "[--events COUNT] [--ledger PATH] [--large] [--charts DIR] [--helm PATH] [--helm-sdk PATH]"

    var tidemark: String?
    var only: String?
    var events = 1_000_000
    var ledger: String?
    var isLarge = false
    var charts: String?
    var helm: String?
    var helmLibrary: String?

    init?(_ arguments: some Sequence<String>) {
        var arguments = Array(arguments)[...]
        while let argument = arguments.popFirst() {
            if argument == "--large" {
                isLarge = true
                continue
            }
            guard let value = arguments.popFirst() else { return nil }
            switch argument {
            case "--tidemark": tidemark = value
            case "--only": only = value
            case "--ledger": ledger = value
            case "--charts": charts = value
            case "--helm": helm = value
            case "--helm-sdk": helmLibrary = value
            case "--events":
                guard let count = Int(value), count > 0 else { return nil }
                events = count
            default: return nil
            }
        }
    }
}
