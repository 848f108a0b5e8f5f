public import Model

/// Checks `metadata` as the server does on every create.
///
/// Source: https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go
public func metadataCauses(of object: Node, group: String, kind: String) -> [APIStatus.Cause] {
    let metadata = object["metadata"] ?? [:]
    let name = metadata["name"]?.stringValue ?? ""
    var causes: [APIStatus.Cause] = []
    if let base = metadata["generateName"]?.stringValue, !base.isEmpty {
        // What is generated ends in a letter or digit, so a dash at the end does no harm.
        let trial = base.hasSuffix("-") ? String(base.dropLast()) + "a" : base
        if let problem = nameProblem(trial, group: group, kind: kind) {
            causes.append(invalidValue(.string(base), problem, "metadata.generateName"))
        }
    }
    if name.isEmpty {
        let message = "Required value: name or generateName is required"
        causes.append(
            .init(reason: "FieldValueRequired", message: message, field: "metadata.name"))
    } else if let problem = nameProblem(name, group: group, kind: kind) {
        causes.append(invalidValue(.string(name), problem, "metadata.name"))
    }
    for (key, value) in metadata["labels"]?.objectValue ?? Mapping() {
        if let problem = qualifiedNameProblem(key) {
            causes.append(invalidValue(.string(key), problem, "metadata.labels"))
        }
        if let text = value.stringValue, let problem = labelValueProblem(text) {
            causes.append(invalidValue(.string(text), problem, "metadata.labels"))
        }
    }
    var size = 0
    for (key, value) in metadata["annotations"]?.objectValue ?? Mapping() {
        if let problem = qualifiedNameProblem(key.lowercased()) {
            causes.append(invalidValue(.string(key), problem, "metadata.annotations"))
        }
        size += key.utf8.count + (value.stringValue?.utf8.count ?? 0)
    }
    if size > 262_144 {
        causes.append(
            .init(
                reason: "FieldValueTooLong",
                message: "Too long: may not be more than 262144 bytes",
                field: "metadata.annotations"))
    }
    for owner in metadata["ownerReferences"]?.arrayValue ?? [] {
        for field in ["apiVersion", "kind", "name", "uid"]
        where (owner[field]?.stringValue ?? "").isEmpty {
            let problem = field == "apiVersion" ? "version must not be empty" : "must not be empty"
            causes.append(invalidValue("", problem, "metadata.ownerReferences.\(field)"))
        }
    }
    return causes
}

/// A cause of reason `FieldValueInvalid`, the value printed as JSON.
func invalidValue(_ value: Node, _ problem: String, _ field: String) -> APIStatus.Cause {
    let text = value.stringValue.map(quoted) ?? value.compactText
    return .init(
        reason: "FieldValueInvalid", message: "Invalid value: \(text): \(problem)", field: field)
}

private let subdomainPattern =
    "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
private let subdomainProblem =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.',"
    + " and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
    + "validation is '\(subdomainPattern)')"
private let labelProblem =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must"
    + " start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for"
    + " validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
private let dnsLabelText =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    + "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    + "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
private let namePartProblem =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with"
    + " an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    + "validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
private let valueProblem =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    + "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    + "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

private func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
}

private func isLabel(_ text: some Collection<UInt8>) -> Bool {
    guard let first = text.first, isLowerOrDigit(first) else { return false }
    var last = first
    for byte in text {
        guard isLowerOrDigit(byte) || byte == UInt8(ascii: "-") else { return false }
        last = byte
    }
    return isLowerOrDigit(last)
}

private func isSubdomain(_ text: String) -> Bool {
    text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .allSatisfy { isLabel($0) }
}

private func isNamePart(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
        && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
}

/// What is wrong with an object's name; `nil` when nothing is.
func nameProblem(_ name: String, group: String, kind: String) -> String? {
    if group == "rbac.authorization.k8s.io" {
        if name == "." || name == ".." { return "may not be '\(name)'" }
        if name.contains("/") { return "may not contain '/'" }
        return name.contains("%") ? "may not contain '%'" : nil
    }
    if group.isEmpty, kind == "Namespace" || kind == "Service" {
        if name.utf8.count > 63 { return "must be no more than 63 characters" }
        if name.contains(".") { return "must not contain dots" }
        return isLabel(name.utf8) ? nil : labelProblem
    }
    if name.utf8.count > 253 { return "must be no more than 253 characters" }
    return isSubdomain(name) ? nil : subdomainProblem
}

/// What is wrong with a name that has to start with a letter.
func dnsLabelProblem(_ name: String) -> String? {
    if name.utf8.count > 63 { return "must be no more than 63 bytes" }
    guard let first = name.utf8.first, isLabel(name.utf8),
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first)
    else { return dnsLabelText }
    return nil
}

/// What is wrong with the key of a label or annotation.
func qualifiedNameProblem(_ key: String) -> String? {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let name = parts.last else {
        return
            "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must"
            + " start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
            + "'123-abc', regex used for validation is "
            + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and"
            + " '/' (e.g. 'example.com/MyName')"
    }
    if parts.count == 2, let prefix = parts.first {
        if prefix.isEmpty { return "prefix part must be non-empty" }
        if !isSubdomain(prefix) { return "prefix part " + subdomainProblem }
    }
    if name.isEmpty { return "name part must be non-empty" }
    if name.utf8.count > 63 { return "name part must be no more than 63 bytes" }
    return isNamePart(name) ? nil : namePartProblem
}

func labelValueProblem(_ value: String) -> String? {
    if value.utf8.count > 63 { return "must be no more than 63 bytes" }
    return value.isEmpty || isNamePart(value) ? nil : valueProblem
}
