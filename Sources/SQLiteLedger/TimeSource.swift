internal import Glibc
public import Model

/// Where a ledger takes the time from.
public struct TimeSource: Sendable {
    /// The wall clock, which people and NTP may set.
    public var now: @Sendable () -> Timestamp
    /// Time since some fixed moment of this process, which nobody sets.
    public var uptime: @Sendable () -> Duration

    public init(
        now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Duration
    ) {
        self.now = now
        self.uptime = uptime
    }

    /// The clocks of the operating system.
    public static let system = TimeSource(
        now: { Timestamp(nanoseconds: read(CLOCK_REALTIME)) },
        uptime: { .nanoseconds(read(CLOCK_MONOTONIC)) }
    )

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// Where a ledger takes salts and event ids from.
public struct RandomSource: Sendable {
    public var bytes: @Sendable (_ count: Int) -> [UInt8]

    public init(_ bytes: @escaping @Sendable (_ count: Int) -> [UInt8]) { self.bytes = bytes }

    /// The random numbers of the operating system.
    public static let system = RandomSource { count in
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                // At most so many at once: https://man7.org/linux/man-pages/man3/getentropy.3.html
                let rest = buffer[filled...].prefix(256)
                if getentropy(UnsafeMutableBufferPointer(rebasing: rest).baseAddress, rest.count)
                    == 0
                {
                    filled += rest.count
                } else {
                    buffer.initializeElement(at: filled, to: .random(in: .min ... .max))
                    filled += 1
                }
            }
        }
    }
}
