internal import Glibc

/// Lets the kernel count the peak from here on.
///
/// Source: https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
func resetPeakMemory() throws {
    guard let file = fopen("/proc/self/clear_refs", "w") else {
        throw BenchFailure("cannot reset the peak of memory")
    }
    fputs("5", file)
    fclose(file)
}

/// `VmHWM` of this process, in bytes.
func peakMemory() throws -> Double {
    let status = String(decoding: try contents(of: "/proc/self/status"), as: UTF8.self)
    for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
        let digits = line.filter { $0.isASCII && $0.isNumber }
        return (Double(digits) ?? 0) * 1024
    }
    throw BenchFailure("the kernel does not tell the peak of memory")
}
