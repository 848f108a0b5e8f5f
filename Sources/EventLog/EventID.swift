internal import Digests
public import Model

/// A UUIDv7, made by whoever wants the event recorded: the key of idempotent appends.
///
/// Source: https://www.rfc-editor.org/rfc/rfc9562#section-5.7
public struct EventID: Hashable, Sendable {
    /// The sixteen bytes, the first one highest.
    private let high: UInt64
    private let low: UInt64

    /// What an event has before its id is known: the UUIDv7 of the time zero without randomness.
    static let none = EventID(high: 0x7000, low: 0x80 << 56)

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the text form of any UUID in lower case; `nil` for anything else.
    public init?(_ text: String) {
        guard let id = EventID(stored: text.utf8.span) else { return nil }
        self = id
    }

    /// - Parameter random: Ten bytes of randomness.
    public init(at time: Timestamp, random: [UInt8]) {
        precondition(random.count == 10, "a UUIDv7 takes ten random bytes")
        let milliseconds = UInt64(max(0, time.nanoseconds / 1_000_000))
        let first = UInt64(random[0] & 0x0F | 0x70) << 8 | UInt64(random[1])
        high = milliseconds << 16 | first
        low = random[3...].reduce(UInt64(random[2] & 0x3F | 0x80)) { $0 << 8 | UInt64($1) }
    }

    init?(stored text: Span<UInt8>) {
        let dash = UInt8(ascii: "-")
        guard text.count == 36, text[8] == dash, text[13] == dash, text[18] == dash,
            text[23] == dash
        else { return nil }
        let bytes = text.bytes
        func four(at place: Int) -> UInt64 {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self)
            return UInt64(UInt32(littleEndian: word))
        }
        // Between the dashes stand 8, 4, 4, 4 and 12 digits.
        guard let first = hexValue(ofEight: four(at: 0) | four(at: 4) << 32),
            let second = hexValue(ofEight: four(at: 9) | four(at: 14) << 32),
            let third = hexValue(ofEight: four(at: 19) | four(at: 24) << 32),
            let fourth = hexValue(ofEight: four(at: 28) | four(at: 32) << 32)
        else { return nil }
        high = UInt64(first) << 32 | UInt64(second)
        low = UInt64(third) << 32 | UInt64(fourth)
    }

    /// Such as `018f0000-0000-7000-8000-000000000001`.
    public var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(addingCapacity: 36) { text in
            for place in 0..<32 {
                if place == 8 || place == 12 || place == 16 || place == 20 {
                    text.append(UInt8(ascii: "-"))
                }
                let word = place < 16 ? high : low
                text.append(hexDigit(of: word >> UInt64(60 - 4 * (place & 15))))
            }
        }
    }
}

/// In the order of their texts, which is that of their times.
extension EventID: Comparable {
    public static func < (one: EventID, other: EventID) -> Bool {
        (one.high, one.low) < (other.high, other.low)
    }
}

extension EventID: CustomStringConvertible {
    public var description: String { text }
}
