internal import Glibc

/// `bench [--tidemark PATH]`: prints one line per figure.
///
/// Exits with 0, with 1 when a figure misses its target, and with 64 on unknown arguments.
@main
enum Bench {
    static func main() async {
        var arguments = CommandLine.arguments.dropFirst()
        var tidemark: String?
        while let argument = arguments.popFirst() {
            guard argument == "--tidemark", let path = arguments.popFirst() else {
                print("usage: bench [--tidemark PATH]")
                exit(64)
            }
            tidemark = path
        }
        let benches: [() async throws -> [Figure]] = [
            measureYAML, measureJSON, measureDiff, measureReconcile,
            { try measureStart(of: tidemark) },
        ]
        var isMissed = false
        for bench in benches {
            do {
                for figure in try await bench() {
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
