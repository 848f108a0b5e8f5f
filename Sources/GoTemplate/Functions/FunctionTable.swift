/// The functions that templates can call, by name.
///
/// A template is parsed against a table and remembers where in it each of its functions stands. It can be run
/// with every table made from that one by `with(_:)`, so one parse serves renderings with other clocks.
public struct FunctionTable: Sendable {
    private(set) var functions: [Function] = []
    private var index = Index()

    /// Where each name stands, as names that came later over those that were there.
    ///
    /// Tables are made in every rendering from one that many share; its names are not copied.
    private final class Index: Sendable {
        let earlier: Index?
        let places: ByteTable<Int>

        init(earlier: Index? = nil, _ places: ByteTable<Int> = ByteTable()) {
            self.earlier = earlier
            self.places = places
        }

        func place(of name: UnsafeRawBufferPointer) -> Int? {
            places.value(of: name) ?? earlier?.place(of: name)
        }
    }

    /// Go's own functions, and then `functions`; of two with one name the later one counts.
    public init(_ functions: [Function] = []) {
        set(Builtins.all + functions)
    }

    public subscript(name: String) -> Function? {
        place(of: ByteString(name)).map { functions[$0] }
    }

    public var names: [String] { functions.map(\.name) }

    /// Where the function is whose name stands in `source` at `range`.
    func place(of range: Range<Int>, in source: [UInt8]) -> Int? {
        source.withUnsafeBytes { index.place(of: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    private func place(of name: ByteString) -> Int? { place(of: 0..<name.count, in: name.bytes) }

    /// Functions named `break` or `continue` hide the keywords.
    var hiddenKeywords: [Token.Kind] {
        [("break", Token.Kind.breakLoop), ("continue", .continueLoop)]
            .filter { place(of: $0.0) != nil }.map(\.1)
    }

    /// The table with more functions, or with others under the same names.
    public func with(_ more: [Function]) -> FunctionTable {
        var table = self
        table.set(more)
        return table
    }

    private mutating func set(_ more: [Function]) {
        functions.reserveCapacity(functions.count + more.count)
        var added = ByteTable<Int>()
        for function in more {
            let name = ByteString(function.name)
            if let place = added[name] ?? place(of: name) {
                functions[place] = function
            } else {
                added[name] = functions.count
                functions.append(function)
            }
        }
        if added.count > 0 { index = Index(earlier: index, added) }
    }
}
