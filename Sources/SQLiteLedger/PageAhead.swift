internal import Dispatch
internal import EventLog
internal import Synchronization

/// Makes one page after another on threads of its own, ahead of whoever takes them.
///
/// Parts are cut off one at a time, in their order; pages are made of several parts at once. With two
/// makers, two cores have work all the time, whichever of making and taking is slower. At most one page
/// more than there are makers is in memory.
struct PageAhead<Page: Sendable> {
    private let make: @Sendable (_ maker: Int) -> Result<Page?, LedgerError>
    private var makers: [Maker]
    private var taken = 0

    private struct Maker {
        let queue = DispatchQueue(label: "tidemark.ledger.pages")
        var slot = Slot()
    }

    /// What a maker is making.
    private final class Slot: Sendable {
        let page = Mutex<Result<Page?, LedgerError>?>(nil)
        let isMade = DispatchSemaphore(value: 0)
    }

    /// - Parameters:
    ///   - makers: How many pages are made at a time.
    ///   - next: Cuts off the next part; `nil` after the last one, or after an error. Never called twice at a time.
    ///   - page: Makes a page of it; by the makers of different numbers at the same time.
    init<Part: Sendable>(
        makers: Int, next: @escaping @Sendable () throws(LedgerError) -> Part?,
        page: @escaping @Sendable (_ maker: Int, Part) throws(LedgerError) -> Page
    ) {
        let turns = (0..<makers).map { _ in DispatchSemaphore(value: 0) }
        let hasMore = Atomic(true)
        make = { maker in
            turns[maker].wait()
            var part: Part?
            var failure: LedgerError?
            if hasMore.load(ordering: .relaxed) {
                do throws(LedgerError) { part = try next() } catch { failure = error }
                hasMore.store(part != nil, ordering: .relaxed)
            }
            turns[(maker + 1) % turns.count].signal()
            if let failure { return .failure(failure) }
            guard let part else { return .success(nil) }
            do throws(LedgerError) { return .success(try page(maker, part)) } catch {
                return .failure(error)
            }
        }
        self.makers = turns.map { _ in Maker() }
        for maker in self.makers.indices { begin(maker) }
        turns[0].signal()
    }

    private func begin(_ maker: Int) {
        makers[maker].queue.async { [slot = makers[maker].slot, make] in
            let page = make(maker)
            slot.page.withLock { $0 = page }
            slot.isMade.signal()
        }
    }

    /// The next page, while the ones after it are begun.
    mutating func take() throws(LedgerError) -> Page? {
        let maker = taken % makers.count
        let slot = makers[maker].slot
        slot.isMade.wait()
        guard let page = try slot.page.withLock({ $0.take() })?.get() else { return nil }
        makers[maker].slot = Slot()
        begin(maker)
        taken += 1
        return page
    }
}
