/// The values of all open objects or arrays, those of the innermost one on top.
///
/// An object that ends takes its own off the top into an array of their exact number. They are moved,
/// not copied, so that no reference is counted: half of the time of a reading went there.
///
/// 1. The first `count` places of `base` hold values, the others up to `capacity` none.
/// 2. The memory belongs to this value alone, which cannot be copied.
struct ValueStack<Element>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init() {
        capacity = 64
        base = .allocate(capacity: capacity)
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    @inline(__always)
    mutating func push(_ element: consuming Element) {
        if count == capacity { grow() }
        (base + count).initialize(to: element)
        count += 1
    }

    subscript(index: Int) -> Element {
        @inline(__always)
        borrowing get {
            precondition(index >= 0 && index < count, "a place that holds a value")
            return base[index]
        }
    }

    /// Removes the values from `start` up, in order.
    mutating func take(from start: Int) -> [Element] {
        precondition(start >= 0 && start <= count, "a place on the stack")
        let taken = count - start
        guard taken > 0 else { return [] }
        let first = base + start
        count = start
        var values: [Element] = []
        // Not `init(unsafeUninitializedCapacity:)`, which looks its type up at run time.
        values.reserveCapacity(taken)
        for offset in 0..<taken { values.append((first + offset).move()) }
        return values
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: 2 * capacity)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity *= 2
    }
}
