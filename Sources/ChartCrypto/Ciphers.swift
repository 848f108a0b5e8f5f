internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials
internal import GoTemplate

/// `encryptAES` and `decryptAES`: AES-256 in CBC mode, the initial vector in front, in base64.
///
/// Source: https://github.com/Masterminds/sprig/blob/v3.3.0/crypto.go
let cipherFunctions: [Function] = [
    Function(inContext: "encryptAES") {
        (
            execution: inout Execution, password: ByteString, text: ByteString
        ) throws(TemplateError) -> ByteString in
        guard !text.isEmpty else { return ByteString() }
        let vector = try execution.randomBytes(16)
        do {
            let sealed = try AES._CBC.encrypt(
                text.bytes, using: key(password), iv: AES._CBC.IV(ivBytes: vector))
            return ByteString(vector + [UInt8](sealed)).base64
        } catch {
            throw TemplateError("encryptAES: \(error)")
        }
    },
    Function("decryptAES") {
        (password: ByteString, text: ByteString) throws(TemplateError) -> ByteString in
        guard !text.isEmpty else { return ByteString() }
        guard let data = Data(base64Encoded: "\(text)") else {
            throw TemplateError("illegal base64 data at input byte 0")
        }
        guard data.count >= 32 else { throw TemplateError("decryptAES: the text is too short") }
        do {
            let plain = try AES._CBC.decrypt(
                data.dropFirst(16), using: key(password),
                iv: AES._CBC.IV(ivBytes: data.prefix(16)))
            return ByteString([UInt8](plain))
        } catch {
            throw TemplateError("decryptAES: \(error)")
        }
    },
]

/// The first 32 bytes of the password, with zeros behind a shorter one.
private func key(_ password: ByteString) -> SymmetricKey {
    let bytes = password.bytes.prefix(32)
    return SymmetricKey(data: bytes + [UInt8](repeating: 0, count: 32 - bytes.count))
}
