import Digests
import EventLog
import Model
import TestSupport

/// Sets every field that a payload codes to something random of its kind.
struct RandomCoder: FieldCoder {
    var generator: SeededGenerator

    mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value)
        throws(CodecError)
    {
        value = try change(value)
    }

    mutating func field<Value: StoredValue>(_ name: StaticString, _ value: inout Value?)
        throws(CodecError)
    {
        guard let present = value else { return }
        value = Bool.random(using: &generator) ? nil : try change(present)
    }

    private mutating func change<Value: StoredValue>(_ value: Value) throws(CodecError) -> Value {
        let changed: any StoredValue
        switch value {
        case is String: changed = text()
        case is Bool: changed = Bool.random(using: &generator)
        case is Int: changed = Int(integer())
        case is Int64: changed = integer()
        case is Timestamp: changed = Timestamp(seconds: integer() % 9_000_000_000)
        case is Digest: changed = Digest(of: text())
        case is ObjectKey:
            changed = ObjectKey(
                group: "", kind: "K" + plainText(), namespace: "", name: "n" + text())
        case let list as any RandomList: changed = try list.changed(&self)
        case let set as any StoredEnum: changed = any(of: set)
        case let object as any Coded & StoredValue: changed = try coded(object)
        default: changed = value
        }
        return changed as? Value ?? value
    }

    private mutating func any<Set: StoredEnum>(of set: Set) -> Set {
        Set.allCases.randomElement(using: &generator) ?? set
    }

    private mutating func coded<Value: Coded & StoredValue>(_ value: Value) throws(CodecError)
        -> Value
    {
        var value = value
        try value.code(&self)
        return value
    }

    fileprivate mutating func changeAll<Element: StoredValue>(_ list: [Element]) throws(CodecError)
        -> [Element]
    {
        var result: [Element] = []
        guard let model = list.first else { return list }
        for _ in 0..<Int.random(in: 0...4, using: &generator) { result.append(try change(model)) }
        return result
    }

    private mutating func integer() -> Int64 {
        let bits = Int64.random(in: 0...52, using: &generator)
        let magnitude = Int64.random(in: 0...(1 << bits), using: &generator)
        return Bool.random(using: &generator) ? magnitude : -magnitude
    }

    private mutating func text() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "/", "\"", "\\", "\u{0}", "\u{8}", "\u{1F}", "\n", "\r", "\u{7F}",
            "é", "\u{301}", "漢", "\u{2028}", "\u{FFFF}", "😀", "\u{10FFFF}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            text.unicodeScalars.append(scalars.randomElement(using: &generator) ?? "a")
        }
        return text
    }

    private mutating func plainText() -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text().unicodeScalars.filter { $0 != "/" })
        return String(scalars)
    }
}

private protocol RandomList: StoredValue {
    func changed(_ coder: inout RandomCoder) throws(CodecError) -> Self
}

extension Array: RandomList where Element: StoredValue {
    fileprivate func changed(_ coder: inout RandomCoder) throws(CodecError) -> [Element] {
        try coder.changeAll(self)
    }
}
