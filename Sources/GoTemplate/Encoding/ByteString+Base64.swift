extension ByteString {
    /// The bytes in base64, with padding: what `b64enc` gives.
    public var base64: ByteString { ByteString(Base64.encode(bytes)) }
}
