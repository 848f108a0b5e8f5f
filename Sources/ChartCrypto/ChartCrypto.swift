internal import GoTemplate
public import Model
public import Rendering

/// The functions of Sprig that need cryptography.
///
/// - Parameters:
///   - now: From when certificates are valid.
///   - keeper: Remembers keys and certificates, which cannot be made again.
///   - randomBytes: Salts, serial numbers and initial vectors; as of `ChartSurroundings`.
///   - issued: Told of each certificate that a template gets, in PEM.
///
/// Source: https://github.com/Masterminds/sprig/blob/v3.3.0/crypto.go
public func chartCrypto(
    now: Timestamp, keeper: ChartKeeper, issued: @escaping @Sendable (String) -> Void = { _ in },
    randomBytes: @escaping @Sendable (ChartCallSite, Int) -> [UInt8]
) -> ChartExtension {
    let random = RandomPlaces(randomBytes: randomBytes)
    return ChartExtension(
        functions,
        given: [
            random, CertificateIssuer(now: now, keeper: keeper, random: random, issued: issued),
        ])
}

private let functions = ChartExtension.functions(
    with: passwordFunctions + cipherFunctions + CertificateIssuer.functions)

/// What a call counts as, in steps of templates, about 100 ns each.
enum CryptoCost {
    /// About 100 ms.
    static let password = 500_000
    /// scrypt with 32,768 rounds and two lanes takes about 200 ms, so that a chart may derive 25 of them.
    static let derivedPassword = 2_000_000
    /// An RSA key takes most of a second.
    static let key = 1_000_000
}

/// Random bytes for the function that is being called.
struct RandomPlaces: Sendable {
    let randomBytes: @Sendable (ChartCallSite, Int) -> [UInt8]

    func bytes(_ count: Int, _ execution: borrowing Execution) -> [UInt8] {
        randomBytes(ChartCallSite(execution.callSite), count)
    }
}

extension Execution {
    func randomBytes(_ count: Int) throws(TemplateError) -> [UInt8] {
        try given(RandomPlaces.self).bytes(count, self)
    }
}

extension ChartCallSite {
    init(_ site: CallSite) {
        self.init(template: site.template, line: site.line, column: site.column)
    }
}
