/// The functions that templates can call, by name.
///
/// A template is parsed against a table and remembers where in it each of its functions stands. It can be run
/// with every table made from that one by `with(_:)`, so one parse serves renderings with other clocks.
public struct FunctionTable: Sendable {
    private(set) var places: [ByteString: Int] = [:]
    private(set) var functions: [Function] = []

    /// Go's own functions, and then `functions`; of two with one name the later one counts.
    public init(_ functions: [Function] = []) {
        for function in Builtins.all + functions { set(function) }
    }

    public subscript(name: String) -> Function? { places[ByteString(name)].map { functions[$0] } }

    public var names: [String] { functions.map(\.name) }

    /// The table with more functions, or with others under the same names.
    public func with(_ more: [Function]) -> FunctionTable {
        var table = self
        for function in more { table.set(function) }
        return table
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
