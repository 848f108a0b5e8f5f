import Model

/// The messages that the kinds of the API server are sent as.
///
/// kubectl sends what `create` makes in Protobuf and does not try again with JSON.
struct ProtobufSchema: Sendable {
    struct Field: Sendable {
        enum Kind: Sendable {
            case string, integer, boolean, bytes, time, quantity, integerOrString, json, strings
            case message(Int)
        }

        var name: String
        var kind: Kind
        var isRepeated = false
        var isMap = false
        var isAbsentWhenZero = false
        /// Whether its fields belong to the object around it.
        var isInline = false

        fileprivate init?(_ text: Substring) {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            name = String(parts[0])
            var code = parts[1]
            loop: while let flag = code.first {
                switch flag {
                case "*": isRepeated = true
                case "%": isMap = true
                case "?": isAbsentWhenZero = true
                case "^": isInline = true
                default: break loop
                }
                code = code.dropFirst()
            }
            switch code {
            case "s": kind = .string
            case "i": kind = .integer
            case "b": kind = .boolean
            case "y": kind = .bytes
            case "t", "u": kind = .time
            case "q": kind = .quantity
            case "x": kind = .integerOrString
            case "j": kind = .json
            case "l": kind = .strings
            default:
                guard let number = Int(code) else { return nil }
                kind = .message(number)
            }
        }
    }

    typealias Message = [UInt64: Field]

    private var messages: [Message] = []
    private var numbers: [String: Int] = [:]

    static let builtIn = ProtobufSchema("\(protobufTable)")

    private init(_ table: String) {
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            if let name = words.first, name != "-" { numbers[String(name)] = messages.count }
            var message: Message = [:]
            for word in words.dropFirst() {
                let parts = word.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, let number = UInt64(parts[0]) else { continue }
                message[number] = Field(parts[1])
            }
            messages.append(message)
        }
    }

    func message(apiVersion: String, kind: String) -> Message? {
        // The options of a deletion are the same in every group.
        let version = GroupVersion(apiVersion)
        let name =
            kind == "DeleteOptions"
            ? "meta.k8s.io/v1/DeleteOptions" : "\(version.group)/\(version.version)/\(kind)"
        return numbers[name].map { messages[$0] }
    }

    func message(_ number: Int) -> Message { messages[number] }
}
