/// A Go slice: values of one element type, which never changes once made.
public final class List {
    public let elementType: GoType
    private var storage: Storage
    /// Whether this is the nil slice, which JSON writes as `null`; it has no elements.
    public let isNil: Bool
    /// Whether the elements are interfaces, which hold values of any type.
    let isBoxing: Bool

    private enum Storage {
        case values([Value])
        /// `[]uint8`, held as bytes.
        case bytes(ByteString)
    }

    /// A list of `elements`, each of which must be of `elementType`.
    public init(_ elements: [Value] = [], of elementType: GoType = .any, isNil: Bool = false) {
        self.elementType = elementType
        self.isNil = isNil
        isBoxing = elementType == .any
        storage = .values(elements)
    }

    /// A `[]string`.
    public convenience init(strings: [ByteString]) {
        self.init(strings.map { .string($0) }, of: .string)
    }

    /// A `[]uint8`.
    public init(bytes: ByteString) {
        elementType = .uint8
        isNil = false
        isBoxing = false
        storage = .bytes(bytes)
    }

    deinit {
        guard holdsContainers else { return }
        var releasing = Releasing()
        giveContainers(to: &releasing)
        releasing.finish()
    }

    private var holdsContainers: Bool {
        if case .values(let values) = storage {
            values.contains(where: \.isContainer)
        } else {
            false
        }
    }

    /// Gives up the lists and maps that are held, for the one who lets go of this list.
    func giveContainers(to releasing: inout Releasing) {
        var taken = Storage.values([])
        swap(&taken, &storage)
        guard case .values(var values) = taken else { return }
        taken = .values([])
        for place in values.indices { releasing.take(&values[place]) }
    }

    public var type: GoType { .list(of: elementType) }

    public var count: Int {
        switch storage {
        case .values(let values): values.count
        case .bytes(let bytes): bytes.count
        }
    }

    public var elements: [Value] {
        switch storage {
        case .values(let values): values
        case .bytes(let bytes): bytes.bytes.map { .uint8($0) }
        }
    }

    /// The contents of a `[]uint8`.
    public var bytes: ByteString? {
        switch storage {
        case .bytes(let bytes): bytes
        case .values(let values):
            elementType == .uint8
                ? ByteString(values.map { if case .uint8(let byte) = $0 { byte } else { 0 } }) : nil
        }
    }

    /// - Precondition: `index` lies within the list.
    public subscript(index: Int) -> Value {
        switch storage {
        case .values(let values): values[index]
        case .bytes(let bytes): .uint8(bytes.bytes[index])
        }
    }

    /// - Precondition: `range` lies within the list.
    public func slice(_ range: Range<Int>) -> List {
        switch storage {
        case .values(let values): List(Array(values[range]), of: elementType, isNil: isNil)
        case .bytes(let bytes): List(bytes: ByteString(bytes.bytes[range]))
        }
    }
}
