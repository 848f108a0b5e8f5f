internal import EventLog
internal import Model
internal import Projections

extension ApplicationRow {
    /// How long before its end a certificate is spoken of.
    private static let notice = Duration.seconds(30 * 86_400)

    /// The certificates in the desired set that end soon, or have ended; those that end first come first.
    func certificatesEnding(_ now: Timestamp) -> [ManifestsRendered.Certificate] {
        guard !isRemoved else { return [] }
        return certificates.filter { $0.endsAt <= now + Self.notice }.sorted {
            ($0.endsAt, $0.key) < ($1.endsAt, $1.key)
        }
    }
}

extension ManifestsRendered.Certificate {
    func note(of application: String, _ now: Timestamp) -> String {
        let day = endsAt.description.prefix(10)
        let days = Int((endsAt - now).components.seconds / 86_400)
        let when = endsAt <= now ? "ended on \(day)" : "ends on \(day), in \(days) days"
        let renewal =
            isGenerated
            ? "renew it with: tidemark regenerate \(application), then tidemark sync \(application)"
            : "put a new one into Git"
        return "\(application): the certificate in \(address(key)) \(field) \(when); \(renewal)"
    }

    var document: Node {
        .object(
            Mapping([
                ("object", .string(key.description)), ("field", .string(field)),
                ("endsAt", .string(endsAt.description)), ("generated", .bool(isGenerated)),
            ]))
    }
}
