/// A value that templates reach through fields and methods: `.Release`, a time, a version.
///
/// Structs conform; `Value.object` holds them in a box. What a conformance leaves out is what Go says of a
/// struct without fields: no field can be evaluated, and it is true.
public protocol Object {
    /// `time.Time`, `*common.Capabilities`, `engine.files`.
    var type: GoType { get }

    /// The plain value of a named type that is no struct: the number of a `time.Duration`, the map of
    /// `engine.files`. Comparison, truth, `len`, `index`, `range` and the verbs of `printf` use it.
    var underlying: Value? { get }

    /// What Go's `String()` or `Error()` gives, when the type has one: `print` and `%v` use it.
    var text: ByteString? { get }

    /// The names of a struct's exported fields, in order, as `%v` prints them when there is no `text`.
    var fieldNames: [ByteString] { get }

    /// What JSON calls these fields, in the same order.
    var jsonNames: [ByteString] { get }

    /// The value of an exported field.
    func field(_ name: ByteString) -> Value?

    /// A method, as a function whose first parameter is the receiver.
    ///
    /// It has no receiver of its own, so that one table serves all values of the type.
    func method(_ name: ByteString) -> Function?
}

extension Object {
    public var underlying: Value? { nil }
    public var text: ByteString? { nil }
    public var fieldNames: [ByteString] { [] }
    public var jsonNames: [ByteString] { fieldNames }
    public func field(_ name: ByteString) -> Value? { nil }
    public func method(_ name: ByteString) -> Function? { nil }
}

/// Holds an `Object`, so that every `Value` is two words.
public final class ObjectBox {
    public let object: any Object

    public init(_ object: any Object) { self.object = object }
}

extension Value {
    public static func object(_ object: any Object) -> Value { .object(ObjectBox(object)) }
}
