import Model

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The wall clock.
@Sendable func systemTime() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}
