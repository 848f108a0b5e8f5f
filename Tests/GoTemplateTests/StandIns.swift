import GoTemplate

/// Functions with the signatures of Sprig's, as far as probes of the language need them.
let standIns: [Function] = [
    Function(variadic: "list") { (items: [Value]) in List(items) },
    Function(variadic: "dict") { (items: [Value]) in
        let map = Map()
        for place in stride(from: 0, to: items.count, by: 2) {
            map[items[place].printed] = place + 1 < items.count ? items[place + 1] : ""
        }
        return map
    },
    Function("set") { (map: Map, key: ByteString, value: Value) in
        map[key] = value
        return map
    },
    Function("hasKey") { (map: Map, key: ByteString) in map[key] != nil },
    Function("upper") { (text: ByteString) in ByteString("\(text)".uppercased()) },
    Function("trunc") { (count: Int, text: ByteString) in
        ByteString(text.bytes.prefix(count))
    },
    Function("ternary") { (yes: Value, no: Value, test: Bool) in test ? yes : no },
    Function("int") { (value: Value) in Value.asInt(value) },
    Function("int64") { (value: Value) in Int64(Value.asInt(value)) },
    Function("toString") { (value: Value) in value.printed },
    Function("kindOf") { (value: Value) in ByteString(value.type?.kind ?? "invalid") },
]

extension Value {
    fileprivate static func asInt(_ value: Value) -> Int {
        switch value {
        case .int(let number): number
        case .int64(let number): Int(number)
        case .float64(let number): Int(number)
        default: 0
        }
    }
}
