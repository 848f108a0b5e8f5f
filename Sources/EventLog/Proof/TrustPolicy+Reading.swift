public import Model

extension TrustPolicy {
    /// Limits of ours; the specification asks for room for 32 of each.
    ///
    /// Source: https://c2sp.org/tlog-policy#implementation-limits
    public static let maxLines = 10_000
    public static let maxBytes = 1 << 20

    /// Reads a policy file.
    ///
    /// - Parameter file: How the problems name it.
    /// - Throws: Everything that is wrong with it.
    public init(parsing bytes: [UInt8], file: String) throws(Problems) {
        var reading = PolicyReading(file: file)
        reading.read(bytes)
        guard reading.problems.isEmpty else { throw Problems(reading.problems) }
        self = reading.policy
    }
}

/// One pass over a policy file.
private struct PolicyReading {
    let file: String
    var policy = TrustPolicy()
    var problems: [Problem] = []
    private var line = 0
    /// Names of witnesses and groups, and whether a group has taken them in.
    private var isMember: [[UInt8]: Bool] = [:]
    private var hasQuorum = false

    init(file: String) { self.file = file }

    private static let none = Array("none".utf8)

    mutating func read(_ bytes: [UInt8]) {
        guard bytes.count <= TrustPolicy.maxBytes else {
            return report("the policy has more than \(TrustPolicy.maxBytes) bytes")
        }
        let lines = bytes.split(separator: Lines.newline, omittingEmptySubsequences: false)
        guard lines.count <= TrustPolicy.maxLines else {
            return report("the policy has more than \(TrustPolicy.maxLines) lines")
        }
        for text in lines {
            line += 1
            let control = text.contains { $0 < 0x20 && $0 != UInt8(ascii: "\t") || $0 == 0x7F }
            if control {
                report("a control character other than tab and newline")
                continue
            }
            let words = text.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
                .map(Array.init)
            guard let first = words.first, first.first != UInt8(ascii: "#") else { continue }
            read(String(decoding: first, as: UTF8.self), Array(words.dropFirst()))
        }
        line += 1
        if !hasQuorum {
            report(
                "the policy has no quorum",
                hint: "add a line \"quorum NAME\", or \"quorum none\" to ask for no witness")
        }
    }

    private mutating func read(_ keyword: String, _ words: [[UInt8]]) {
        switch keyword {
        case "log": readLog(words)
        case "witness": readWitness(words)
        case "group": readGroup(words)
        case "quorum": readQuorum(words)
        default:
            report(
                "unknown word \"\(keyword)\"",
                hint: "a line begins with log, witness, group, quorum or #")
        }
    }

    private mutating func readLog(_ words: [[UInt8]]) {
        guard (1...2).contains(words.count) else { return report("expected: log KEY [URL]") }
        guard let member = member(words[0], words.dropFirst().first, .note) else { return }
        if policy.logs.contains(where: { $0.verifier.key == member.verifier.key }) {
            report("this log's key is listed twice")
        }
        policy.logs.append(member)
    }

    private mutating func readWitness(_ words: [[UInt8]]) {
        guard (2...3).contains(words.count) else {
            return report("expected: witness NAME KEY [URL]")
        }
        guard let member = member(words[1], words.dropFirst(2).first, .cosignature) else { return }
        if policy.witnesses.contains(where: { $0.member.verifier.key == member.verifier.key }) {
            report("this witness's key is listed twice")
        }
        if define(words[0]) {
            policy.witnesses.append(TrustPolicy.Witness(name: words[0], member: member))
        }
    }

    private mutating func readGroup(_ words: [[UInt8]]) {
        guard words.count >= 3 else {
            return report("expected: group NAME all|any|NUMBER MEMBER...")
        }
        let members = Array(words.dropFirst(2))
        for member in members {
            switch isMember[member] {
            case nil: report("\"\(text(member))\" is no witness or group of a line before")
            case true: report("\"\(text(member))\" is a member already")
            case false: isMember[member] = true
            }
        }
        let threshold: Int64? =
            switch text(words[1]) {
            case "all": Int64(members.count)
            case "any": 1
            case let number: Lines.decimal(number)
            }
        guard let threshold, (1...Int64(members.count)).contains(threshold) else {
            return report(
                "the threshold is neither all nor any nor a number from 1 to \(members.count)")
        }
        if define(words[0]) {
            policy.groups.append(
                TrustPolicy.Group(name: words[0], threshold: Int(threshold), members: members))
        }
    }

    private mutating func readQuorum(_ words: [[UInt8]]) {
        guard words.count == 1 else { return report("expected: quorum NAME") }
        if hasQuorum { report("there is a quorum already") }
        hasQuorum = true
        if words[0] == Self.none { return }
        if isMember[words[0]] == nil {
            report("\"\(text(words[0]))\" is no witness or group of a line before")
        }
        policy.quorum = words[0]
    }

    /// Whether the name is a new one.
    private mutating func define(_ name: [UInt8]) -> Bool {
        guard name != Self.none, isMember[name] == nil else {
            report("the name \"\(text(name))\" is taken")
            return false
        }
        isMember[name] = false
        return true
    }

    private mutating func member(
        _ key: [UInt8], _ url: [UInt8]?, _ type: SignatureType
    ) -> TrustPolicy.Member? {
        do throws(ProofError) {
            let verifier = try NoteVerifier(parsing: text(key))
            guard verifier.type == type else {
                report(
                    type == .note
                        ? "this is the key of a witness, not of a log"
                        : "this is the key of a log, not of a witness",
                    hint: "a log's key has signature type 0x01, a witness's 0x04")
                return nil
            }
            return TrustPolicy.Member(verifier: verifier, url: url.map(text))
        } catch {
            report(error.cause ?? error.summary, hint: error.hint)
            return nil
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private mutating func report(_ message: String, hint: String? = nil) {
        problems.append(
            Problem(
                at: SourceLocation(file: file, line: line == 0 ? nil : line), message, hint: hint))
    }
}
