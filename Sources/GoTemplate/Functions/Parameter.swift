/// A Swift type that stands for a Go type in the signature of a function.
public protocol GoTyped: SendableMetatype {
    static var goType: GoType { get }
}

/// What a function may take.
public protocol GoParameter: GoTyped {
    /// The Swift value of a value whose type is assignable to `goType`, or of none if that type has a nil.
    ///
    /// - Returns: nil for any other value.
    static func taken(from value: Value) -> Self?
}

/// What a function may return.
public protocol GoResult: GoTyped {
    var goValue: Value { get }
}

extension Value: GoParameter, GoResult {
    public static var goType: GoType { .any }
    public static func taken(from value: Value) -> Value? { value }
    public var goValue: Value { self }
}

extension Bool: GoParameter, GoResult {
    public static var goType: GoType { .bool }
    public static func taken(from value: Value) -> Bool? {
        if case .bool(let value) = value.underlying { value } else { nil }
    }
    public var goValue: Value { .bool(self) }
}

extension Int: GoParameter, GoResult {
    public static var goType: GoType { .int }
    public static func taken(from value: Value) -> Int? {
        if case .int(let value) = value.underlying { value } else { nil }
    }
    public var goValue: Value { .int(self) }
}

extension Int64: GoParameter, GoResult {
    public static var goType: GoType { .int64 }
    public static func taken(from value: Value) -> Int64? {
        if case .int64(let value) = value.underlying { value } else { nil }
    }
    public var goValue: Value { .int64(self) }
}

extension UInt8: GoParameter, GoResult {
    public static var goType: GoType { .uint8 }
    public static func taken(from value: Value) -> UInt8? {
        if case .uint8(let value) = value.underlying { value } else { nil }
    }
    public var goValue: Value { .uint8(self) }
}

extension UInt64: GoParameter, GoResult {
    public static var goType: GoType { .uint64 }
    public static func taken(from value: Value) -> UInt64? {
        if case .uint64(let value) = value.underlying { value } else { nil }
    }
    public var goValue: Value { .uint64(self) }
}

extension Double: GoParameter, GoResult {
    public static var goType: GoType { .float64 }
    public static func taken(from value: Value) -> Double? {
        if case .float64(let value) = value.underlying { value } else { nil }
    }
    public var goValue: Value { .float64(self) }
}

extension ByteString: GoParameter, GoResult {
    public static var goType: GoType { .string }
    public static func taken(from value: Value) -> ByteString? { value.asString }
    public var goValue: Value { .string(self) }
}

/// Stands for `[]interface {}`. A function that takes lists of every element type takes a `Value`.
extension List: GoParameter, GoResult {
    public static var goType: GoType { .anyList }
    public static func taken(from value: Value) -> List? {
        value.isNone ? List(isNil: true) : value.asList
    }
    public var goValue: Value { .list(self) }
}

/// Stands for `map[string]interface {}`. Nil is taken as the nil map.
extension Map: GoParameter, GoResult {
    public static var goType: GoType { .anyMap }
    public static func taken(from value: Value) -> Map? {
        value.isNone ? Map(isNil: true) : value.asMap
    }
    /// A function gets a map without the name of its type, and gives it back like that.
    public var goValue: Value {
        if case .named = type { .map(Map(self, as: .anyMap)) } else { .map(self) }
    }
}

extension Array: GoTyped where Element: GoTyped {
    public static var goType: GoType { .list(of: Element.goType) }
}

/// `[]string` is `[ByteString]`, `[]interface {}` is `[Value]`. Nil is taken as the empty list.
extension Array: GoParameter where Element: GoParameter {
    public static func taken(from value: Value) -> [Element]? {
        if value.isNone { return [] }
        guard let list = value.asList else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(list.count)
        for value in list.elements {
            guard let element = Element.taken(from: value) else { return nil }
            elements.append(element)
        }
        return elements
    }
}

extension Array: GoResult where Element: GoResult {
    public var goValue: Value { .list(List(map(\.goValue), of: Element.goType)) }
}
