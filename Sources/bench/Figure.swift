internal import Glibc

/// One measured value and what it is held to.
struct Figure: CustomStringConvertible {
    enum Target {
        case atLeast(Double)
        case below(Double)
        /// Only told, for orientation.
        case none
    }

    var name: String
    var value: Double
    var unit: String
    var target: Target

    var isMet: Bool {
        switch target {
        case .atLeast(let bound): value >= bound
        case .below(let bound): value < bound
        case .none: true
        }
    }

    /// `yaml to tree / bare events   0.71  ratio  >= 0.5  ok`.
    var description: String {
        let bound =
            switch target {
            case .atLeast(let bound): ">= \(bound)"
            case .below(let bound): "< \(bound)"
            case .none: "-"
            }
        let verdict =
            switch target {
            case .none: "-"
            case .atLeast, .below: isMet ? "ok" : "MISSED"
            }
        return [
            padded(name, to: 34), padded("\((value * 100).rounded() / 100)", to: 9),
            padded(unit, to: 6), padded(bound, to: 10), verdict,
        ].joined()
    }

    private func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

/// The shortest time of several runs, in seconds of the processor: what the work costs when nothing
/// disturbs it.
///
/// Bodies that are compared take turns, so that a busy machine is busy for all of them.
func bestSeconds(of runs: Int, _ bodies: (() throws -> Void)...) throws -> [Double] {
    var best = bodies.map { _ in Double.infinity }
    for _ in 0..<runs {
        for (index, body) in bodies.enumerated() {
            let start = processorSeconds()
            try body()
            best[index] = min(best[index], processorSeconds() - start)
        }
    }
    return best
}

/// - Parameter clock: Of this thread alone, or of the whole process.
func processorSeconds(_ clock: clockid_t = CLOCK_THREAD_CPUTIME_ID) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
