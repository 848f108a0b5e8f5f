internal import EventLog
internal import Synchronization

/// The readers of so many makers.
struct RecordReaders: Sendable {
    private let readers: [Reader]

    private final class Reader: Sendable {
        let value = Mutex(RecordReader())
    }

    init(_ count: Int) { readers = (0..<count).map { _ in Reader() } }

    func with<R>(_ maker: Int, _ body: (inout RecordReader) throws(LedgerError) -> sending R)
        throws(LedgerError) -> R
    {
        let result = readers[maker].value.withLock { reader -> Result<R, LedgerError> in
            do throws(LedgerError) { return .success(try body(&reader)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
