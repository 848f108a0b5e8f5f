import CYAML
import Model

extension YAMLReader {
    typealias ScalarData = yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar

    mutating func readScalar(_ scalar: ScalarData, at start: yaml_mark_t) {
        let text = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        if isAtKey {
            readKey(text, scalar, at: start)
            return
        }
        guard count(1, at: start) else { return }
        let value = self.value(of: text, scalar, at: start)
        if frames.isEmpty, text.isEmpty, scalar.plain_implicit != 0, scalar.anchor == nil {
            return  // Nothing is written in this document.
        }
        let mark = addMark(start)
        if let anchor = scalar.anchor {
            anchors[String(cString: anchor)] = Anchored(value: value, mark: mark, nodeCount: 1)
        }
        deliver(value, mark: mark)
    }

    private mutating func value(
        of text: UnsafeBufferPointer<UInt8>, _ scalar: ScalarData, at mark: yaml_mark_t
    ) -> Node {
        if isText(text, scalar) { return .string(String(decoding: text, as: UTF8.self)) }
        switch meaning(of: text, scalar, at: mark) {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .large(let value): return .double(Double(value))
        case .string: return .string(String(decoding: text, as: UTF8.self))
        case .double(let value):
            if let number = jsonNumber(value) { return number }
            report(
                at: mark,
                "\(String(decoding: text, as: UTF8.self)) is a number that JSON cannot say",
                hint: "put it in quotes if a string is meant")
            return .null
        case .decoded(let text): return .string(text)
        }
    }

    /// Whether one look shows that the scalar is a string, as nearly all are.
    @inline(__always)
    private func isText(_ text: UnsafeBufferPointer<UInt8>, _ scalar: ScalarData) -> Bool {
        guard scalar.tag == nil else { return false }
        guard scalar.style == YAML_PLAIN_SCALAR_STYLE else { return true }
        guard let first = text.first else { return false }
        return !mayBeginAnotherType(first)
    }

    private mutating func readKey(
        _ text: UnsafeBufferPointer<UInt8>, _ scalar: ScalarData, at mark: yaml_mark_t
    ) {
        if isMergeKey(text, scalar) {
            setKey(.merge, at: mark)
        } else if let name = keyText(of: text, scalar, at: mark) {
            setKey(.field, name, at: mark)
            if let anchor = scalar.anchor {
                // An alias of it names the same key, and is the same value as a value. A mark of its
                // own would stand between the object and its first child.
                let value = self.value(of: text, scalar, at: mark)
                anchors[String(cString: anchor)] = Anchored(
                    value: value, mark: frames[frames.count - 1].mark, nodeCount: 1)
            }
        } else {
            setKey(.invalid, at: mark)
        }
    }

    private func isMergeKey(
        _ text: UnsafeBufferPointer<UInt8>, _ scalar: ScalarData
    ) -> Bool {
        guard text.count == 2, text[0] == UInt8(ascii: "<"), text[1] == UInt8(ascii: "<") else {
            return false
        }
        return scalar.plain_implicit != 0 || tagName(scalar) == "merge"
    }

    /// The key as sigs.k8s.io/yaml turns it into a string; `nil` when it is reported as wrong.
    ///
    /// Source: https://github.com/kubernetes-sigs/yaml/blob/master/yaml.go, convertToJSONableObject
    private mutating func keyText(
        of text: UnsafeBufferPointer<UInt8>, _ scalar: ScalarData, at mark: yaml_mark_t
    ) -> String? {
        if isText(text, scalar) { return String(decoding: text, as: UTF8.self) }
        switch meaning(of: text, scalar, at: mark) {
        case .string: return String(decoding: text, as: UTF8.self)
        case .decoded(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .double(let value):
            if value.isNaN { return ".nan" }
            let value = Float(value)
            if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
            var digits: [UInt8] = []
            ShortestDigits(value).appendGo(to: &digits)
            return String(decoding: digits, as: UTF8.self)
        case .large(let value):
            report(at: mark, "\(value) cannot be a key", hint: "put it in quotes")
        case .null:
            report(at: mark, "null cannot be a key", hint: "put the key in quotes")
        }
        return nil
    }
}

// MARK: - Tags

extension YAMLReader {
    /// What stands behind `!!`, the whole tag if it is another one, `nil` without a tag.
    private func tagName(_ scalar: ScalarData) -> String? {
        guard let tag = scalar.tag else { return nil }
        let text = String(cString: tag)
        let prefix = "tag:yaml.org,2002:"
        return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    }

    private mutating func meaning(
        of text: UnsafeBufferPointer<UInt8>, _ scalar: ScalarData, at mark: yaml_mark_t
    ) -> YAMLScalar {
        guard let tag = tagName(scalar) else {
            // The tag `!` makes a quoted text implicitly plain, too.
            return scalar.style == YAML_PLAIN_SCALAR_STYLE ? resolvePlain(text) : .string
        }
        let plain = resolvePlain(text)
        switch (tag, plain) {
        case ("int", .int), ("int", .large), ("bool", .bool), ("null", .null), ("float", .double):
            return plain
        case ("float", .int(let value)): return .double(Double(value))
        case ("binary", _): return decodeBinary(text, at: mark)
        case ("timestamp", _) where isGoTimestamp(text): return .string
        case ("int", _), ("bool", _), ("null", _), ("float", _), ("timestamp", _):
            // The text itself may be a secret value.
            report(at: mark, "the value is not a !!\(tag)")
            return .string
        default:
            // Text asked for with !!str, or an application's own tag, which means nothing here.
            return .string
        }
    }

    private mutating func decodeBinary(
        _ text: UnsafeBufferPointer<UInt8>, at mark: yaml_mark_t
    ) -> YAMLScalar {
        guard let bytes = decodeBase64(text) else {
            report(at: mark, "the !!binary value is not base64")
            return .string
        }
        let isText = bytes.withUnsafeBufferPointer { firstInvalidUTF8($0) == nil }
        guard isText else {
            report(
                at: mark, "the !!binary value is no text",
                hint: "a Secret or ConfigMap takes such bytes as base64 in data or binaryData")
            return .string
        }
        return .decoded(String(decoding: bytes, as: UTF8.self))
    }
}

/// Standard base64 with padding; line breaks are skipped.
///
/// Anything else is `nil`.
///
/// Source: https://www.rfc-editor.org/rfc/rfc4648#section-4
func decodeBase64(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    var bits: UInt32 = 0
    var digits = 0
    var padding = 0
    for byte in text where byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\r") {
        digits += 1
        if byte == UInt8(ascii: "=") {
            padding += 1
            bits <<= 6
        } else {
            guard padding == 0, let value = base64Value(byte) else { return nil }
            bits = bits << 6 | UInt32(value)
        }
        if digits % 4 == 0 {
            guard padding <= 2 else { return nil }
            out.append(UInt8(truncatingIfNeeded: bits >> 16))
            out.append(UInt8(truncatingIfNeeded: bits >> 8))
            out.append(UInt8(truncatingIfNeeded: bits))
            bits = 0
        }
    }
    guard digits % 4 == 0 else { return nil }
    out.removeLast(padding)
    return out
}

private func base64Value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}
