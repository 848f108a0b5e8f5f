internal import Glibc
public import Rendering

extension ChartZones {
    /// The zones of this machine, where Go looks for them too.
    ///
    /// Source: https://github.com/golang/go/blob/go1.25.0/src/time/zoneinfo_unix.go (platformZoneSources)
    public static let ofMachine = ChartZones(folders: [
        "/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo",
    ])

    /// - Parameter folders: The first that has a file of the name counts.
    public init(folders: [String]) {
        self.init { name in folders.lazy.compactMap { zoneFile("\($0)/\(name)") }.first }
    }
}

/// Zone files have a few kilobytes; what is larger is none.
private let zoneBytesMax = 1 << 20

/// `nil` for what is no file or cannot be read: Go goes on to the next folder then.
private func zoneFile(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
        status.st_size <= zoneBytesMax
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
        let count = bytes.withUnsafeMutableBytes {
            read(file, $0.baseAddress?.advanced(by: filled), $0.count - filled)
        }
        guard count > 0 else { return nil }
        filled += count
    }
    return bytes
}
