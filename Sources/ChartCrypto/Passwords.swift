internal import CCrypt
internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials
internal import GoTemplate

/// `bcrypt`, `htpasswd` and `derivePassword`.
let passwordFunctions: [Function] = [
    Function(inContext: "bcrypt") {
        (execution: inout Execution, password: ByteString) throws(TemplateError) -> ByteString
        in
        try execution.charge(steps: CryptoCost.password)
        return ByteString(bcrypt(password.bytes, salt: try execution.randomBytes(16)))
    },
    Function(inContext: "htpasswd") {
        (
            execution: inout Execution, user: ByteString, password: ByteString
        ) throws(TemplateError) -> ByteString in
        if user.bytes.contains(UInt8(ascii: ":")) {
            return ByteString("invalid username: ") + user
        }
        try execution.charge(steps: CryptoCost.password)
        let hash = bcrypt(password.bytes, salt: try execution.randomBytes(16))
        return user + ByteString(":\(hash)")
    },
    Function(inContext: "derivePassword") {
        (
            execution: inout Execution, counter: Int, type: ByteString, password: ByteString,
            user: ByteString,
            site: ByteString
        ) throws(TemplateError) -> ByteString in
        try execution.charge(steps: CryptoCost.derivedPassword)
        return derivedPassword(counter, "\(type)", password.bytes, user.bytes, site.bytes)
    },
]

/// A password under bcrypt, `$2a$` with ten rounds of cost, or the text of Go's error.
///
/// Source: https://pkg.go.dev/golang.org/x/crypto/bcrypt (DefaultCost, ErrPasswordTooLong)
func bcrypt(_ password: [UInt8], salt: [UInt8]) -> String {
    let failure = "failed to encrypt string with bcrypt: "
    guard password.count <= 72 else { return failure + "bcrypt: password length exceeds 72 bytes" }
    guard !password.contains(0) else { return failure + "a password with a zero byte" }
    let setting = "$2a$10$" + bcryptText(salt)
    // 32 KiB, as https://manpages.debian.org/bookworm/libcrypt-dev/crypt.3.en.html wants it zeroed.
    let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
    data.initialize(to: crypt_data())
    defer { data.deallocate() }
    let text = password.map { CChar(bitPattern: $0) } + [0]
    guard let hash = crypt_r(text, setting, data) else { return failure + "libcrypt has no bcrypt" }
    let result = String(cString: hash)
    return result.hasPrefix("$2a$") ? result : failure + "libcrypt has no bcrypt"
}

/// Bytes in the alphabet of bcrypt, three to four letters, without padding.
///
/// Source: https://man.openbsd.org/bcrypt.3
private func bcryptText(_ bytes: [UInt8]) -> String {
    let alphabet = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    var text: [UInt8] = []
    var rest = 0
    var bits = 0
    for byte in bytes {
        rest = rest << 8 | Int(byte)
        bits += 8
        while bits >= 6 {
            bits -= 6
            text.append(alphabet[rest >> bits & 63])
        }
    }
    if bits > 0 { text.append(alphabet[rest << (6 - bits) & 63]) }
    return String(decoding: text, as: UTF8.self)
}

/// A password made from a master password and a place, by the algorithm of Master Password.
///
/// Source: https://github.com/Masterminds/sprig/blob/v3.3.0/crypto.go (derivePassword)
func derivedPassword(
    _ counter: Int, _ type: String, _ password: [UInt8], _ user: [UInt8], _ site: [UInt8]
) -> ByteString {
    guard let templates = passwordTemplates[type] else {
        return ByteString("cannot find password template \(type)")
    }
    let seed = Array("com.lyndir.masterpassword".utf8)
    let key: SymmetricKey
    do {
        key = try KDF.Scrypt.deriveKey(
            from: password, salt: seed + bigEndian(user.count) + user, outputByteCount: 64,
            rounds: 32_768, blockSize: 8, parallelism: 2)
    } catch {
        return ByteString("failed to derive password: \(error)")
    }
    let message = seed + bigEndian(site.count) + site + bigEndian(counter)
    let code = Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    let template = templates[Int(code[0]) % templates.count]
    var result: [UInt8] = []
    for (index, element) in template.utf8.enumerated() {
        let letters = Array((passwordLetters[element] ?? "").utf8)
        result.append(letters[Int(code[index + 1]) % letters.count])
    }
    return ByteString(result)
}

private func bigEndian(_ number: Int) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
}

private let passwordTemplates: [String: [String]] = [
    "maximum": ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
    "long": [
        "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv",
        "CvccCvcvCvcvno", "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc",
        "CvcvCvcvnoCvcc", "CvcvCvcvCvccno", "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno",
        "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc",
        "CvccCvcvCvccno",
    ],
    "medium": ["CvcnoCvc", "CvcCvcno"],
    "short": ["Cvcn"],
    "basic": ["aaanaaan", "aannaaan", "aaannaaa"],
    "pin": ["nnnn"],
]

private let passwordLetters: [UInt8: String] = [
    UInt8(ascii: "V"): "AEIOU",
    UInt8(ascii: "C"): "BCDFGHJKLMNPQRSTVWXYZ",
    UInt8(ascii: "v"): "aeiou",
    UInt8(ascii: "c"): "bcdfghjklmnpqrstvwxyz",
    UInt8(ascii: "A"): "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
    UInt8(ascii: "a"): "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
    UInt8(ascii: "n"): "0123456789",
    UInt8(ascii: "o"): "@&%?,=[]_:-+*$#!'^~;()/.",
    UInt8(ascii: "x"):
        "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
]
