internal import Model

extension Settings.ApprovalRule {
    /// `true`, or an object that says more; `nil` where none is asked for, and after a mistake.
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard let node = reading.node(path) else { return nil }
        if let isRequired = node.boolValue {
            guard isRequired else { return nil }
            self = .standard
            return
        }
        guard node.objectValue != nil else {
            reading.refuse(path, "must be true, false or an object")
            return nil
        }
        guard reading.hasObject(path, known: SettingsFields.approvalRule) else { return nil }
        self = .standard
        count = reading.integer(path.appending("count"), in: 1...approversMax) ?? count
        isNotAuthor = reading.bool(path.appending("notAuthor")) ?? isNotAuthor
        let list = path.appending("authentication")
        guard reading.node(list) != nil else { return }
        let ways: [Authentication] = reading.elements(list).compactMap { element in
            if reading.node(element)?.stringValue == "asserted" {
                reading.refuse(
                    element, "a name that somebody merely gives is no approval",
                    hint: "use sshSignature or unixPeer")
                return nil
            }
            return reading.choice(element)
        }
        authentication = Set(ways)
        if reading.node(list)?.arrayValue?.isEmpty == true {
            reading.refuse(list, "is empty: no approval could ever count")
        }
    }
}

/// More people than any change waits for.
private let approversMax = 100

extension Settings {
    /// The rules of single applications, by name.
    static func approvals(_ reading: inout StrictReading) -> [String: ApprovalRule] {
        let path = FieldPath("approvals")
        var rules: [String: ApprovalRule] = [:]
        for application in reading.mapping(path)?.keys ?? [] {
            rules[application] = ApprovalRule(&reading, path.appending(application))
        }
        return rules
    }

    /// The environments in which signatures are required exist.
    func checkSignatureEnvironments(_ reading: inout StrictReading) {
        for repository in reading.elements(FieldPath("repositories")) {
            let list = repository.appending("signatures").appending("require")
            guard reading.node(list)?.arrayValue != nil else { continue }
            for element in reading.elements(list) {
                guard let name = reading.node(element)?.stringValue,
                    !environments.contains(where: { $0.name == name })
                else { continue }
                reading.refuse(
                    element, "there is no environment \(name)",
                    hint: suggestion(for: name, among: environments.map(\.name)))
            }
        }
    }
}

extension Settings.Repository.Signatures {
    init(_ reading: inout StrictReading, _ path: FieldPath) {
        self = .none
        guard reading.node(path) != nil, reading.hasObject(path, known: SettingsFields.signatures)
        else { return }
        allowedSigners = Self.file(&reading, path.appending("allowedSigners"))
        keyring = Self.file(&reading, path.appending("keyring"))
        require = Self.requirement(&reading, path.appending("require"))
        if require != .none, allowedSigners == nil, keyring == nil {
            reading.refuse(
                path, "requires signatures that nothing can verify",
                hint: "name a file of trusted keys: allowedSigners for SSH, keyring for OpenPGP")
        }
    }

    private static func file(_ reading: inout StrictReading, _ path: FieldPath) -> String? {
        reading.node(path) == nil ? nil : reading.requiredString(path)
    }

    private static func requirement(_ reading: inout StrictReading, _ path: FieldPath)
        -> Requirement
    {
        guard let node = reading.node(path) else { return .none }
        if let isRequired = node.boolValue { return isRequired ? .everywhere : .none }
        guard node.arrayValue != nil else {
            reading.refuse(path, "must be true, false or a list of environments")
            return .none
        }
        let names = reading.strings(path)
        return names.isEmpty ? .none : .environments(names)
    }
}
