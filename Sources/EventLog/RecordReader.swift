/// Reads many records, one after another; values that repeat among them share their storage.
///
/// What it reads is the same as `RecordDecoder` reads; it is only cheaper.
public struct RecordReader: Sendable {
    @usableFromInline var pool: ValuePool

    /// - Parameter sharesValues: Whether many records will be read, so that sharing pays.
    public init(sharesValues: Bool = true) { pool = ValuePool(sharesValues: sharesValues) }

    /// Reads one value that fills `range` of `bytes`.
    @inlinable
    public mutating func value<Value: Coded>(
        _ type: Value.Type, in bytes: [UInt8], _ range: Range<Int>
    ) throws(CodecError) -> Value {
        var decoder = RecordDecoder(bytes, range)
        decoder.exchange(&pool)
        defer { decoder.exchange(&pool) }
        return try decoder.readAll()
    }

    /// Reads an envelope that fills `bytes`.
    public mutating func envelope(in bytes: [UInt8]) throws(CodecError) -> Envelope {
        try value(Envelope.self, in: bytes, bytes.indices)
    }

    /// Reads the payload that belongs to an envelope.
    ///
    /// - Throws: `CodecError.unknownEvent` when a newer release wrote it.
    public mutating func payload(of envelope: Envelope, in bytes: [UInt8], _ range: Range<Int>)
        throws(CodecError) -> Event
    {
        var decoder = RecordDecoder(bytes, range)
        decoder.exchange(&pool)
        defer { decoder.exchange(&pool) }
        return try EventCodec.decode(envelope.type, envelope.version, &decoder)
    }

    /// Reads an event; `payload` is `nil` when it was redacted or archived.
    public mutating func event(
        envelope: Range<Int>, payload: Range<Int>?, isArchived: Bool = false, in bytes: [UInt8]
    ) throws(CodecError) -> RecordedEvent {
        let envelope = try value(Envelope.self, in: bytes, envelope)
        guard let payload else {
            return RecordedEvent(envelope: envelope, event: nil, isArchived: isArchived)
        }
        let event = try self.payload(of: envelope, in: bytes, payload)
        return RecordedEvent(envelope: envelope, event: event, isArchived: isArchived)
    }
}
