internal import Dispatch
internal import EventLog
internal import Synchronization

/// Makes one value after another on a thread of its own, one ahead of whoever takes them.
///
/// Folding a page takes about as long as reading and decoding it, so both cores have work. At most two
/// pages are in memory.
struct PageAhead<Page: Sendable> {
    private let queue: DispatchQueue
    private let make: @Sendable () -> Result<Page?, LedgerError>
    private var next: Slot

    /// What the other thread is making.
    private final class Slot: Sendable {
        let page = Mutex<Result<Page?, LedgerError>?>(nil)
        let isMade = DispatchSemaphore(value: 0)
    }

    /// - Parameter make: Makes the next page; `nil` after the last one. Never called twice at a time.
    init(_ make: @escaping @Sendable () throws(LedgerError) -> Page?) {
        queue = DispatchQueue(label: "tidemark.ledger.pages")
        self.make = { () -> Result<Page?, LedgerError> in
            do throws(LedgerError) { return .success(try make()) } catch { return .failure(error) }
        }
        next = Slot()
        begin()
    }

    private func begin() {
        queue.async { [next, make] in
            let page = make()
            next.page.withLock { $0 = page }
            next.isMade.signal()
        }
    }

    /// The next page, while the one after it is begun.
    mutating func take() throws(LedgerError) -> Page? {
        let slot = next
        slot.isMade.wait()
        guard let page = try slot.page.withLock({ $0.take() })?.get() else { return nil }
        next = Slot()
        begin()
        return page
    }
}
