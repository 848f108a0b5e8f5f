/// The functions that templates can call, by name.
///
/// A template is parsed against a table and remembers where in it each of its functions stands. What functions take
/// from outside, such as a clock, they get in `Surroundings`, so that one table serves all renderings.
public struct FunctionTable: Sendable {
    private(set) var functions: [Function] = []
    private var places = ByteTable<Int>()
    /// Functions named `break` or `continue` hide the keywords.
    private(set) var hiddenKeywords: [Token.Kind] = []

    /// Go's own functions, and then `functions`; of two with one name the later one counts.
    public init(_ functions: [Function] = []) {
        for function in Builtins.all + functions { set(function) }
        hiddenKeywords = [("break", Token.Kind.breakLoop), ("continue", .continueLoop)]
            .filter { places[$0.0] != nil }.map(\.1)
    }

    public subscript(name: String) -> Function? {
        places[ByteString(name)].map { functions[$0] }
    }

    public var names: [String] { functions.map(\.name) }

    /// Where the function is whose name stands in `source` at `range`.
    func place(of range: Range<Int>, in source: [UInt8]) -> Int? {
        source.withUnsafeBytes { places.value(of: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    private mutating func set(_ function: Function) {
        let name = ByteString(function.name)
        if let place = places[name] {
            functions[place] = function
        } else {
            places[name] = functions.count
            functions.append(function)
        }
    }
}
