import FoundationEssentials
import Model
import YAML

/// Turns the tree of a kubeconfig into a `Kubeconfig`, collecting every mistake with its line.
struct KubeconfigReader {
    private let document: YAMLDocument
    private let file: String
    private let home: String?
    private var problems: [Problem] = []

    init(_ bytes: [UInt8], file: String, home: String?) throws(Problems) {
        let documents = try parseYAML(bytes, file: file)
        guard let first = documents.first, documents.count == 1, first.root.objectValue != nil
        else {
            throw Problems([
                Problem(at: SourceLocation(file: file), "is not one kubeconfig document")
            ])
        }
        document = first
        self.file = file
        self.home = home
    }

    mutating func read() throws(Problems) -> Kubeconfig {
        let known: Set = [
            "apiVersion", "kind", "clusters", "users", "contexts", "current-context",
            "preferences", "extensions",
        ]
        for key in document.root.objectValue?.keys ?? [] where !known.contains(key) {
            problems.append(unsupported(FieldPath(key)))
        }
        var clusters: [String: Kubeconfig.Cluster] = [:]
        for (name, path) in entries("clusters", "cluster") where clusters[name] == nil {
            clusters[name] = cluster(at: path)
        }
        var users: [String: Kubeconfig.User] = [:]
        for (name, path) in entries("users", "user") where users[name] == nil {
            users[name] = user(at: path)
        }
        var contexts: [String: Kubeconfig.Context] = [:]
        for (name, path) in entries("contexts", "context") where contexts[name] == nil {
            contexts[name] = context(at: path)
        }
        let current = text(FieldPath("current-context"))
        if !problems.isEmpty { throw Problems(problems) }
        return Kubeconfig(
            file: file, currentContext: current?.isEmpty == true ? nil : current,
            clusters: clusters, users: users, contexts: contexts)
    }

    /// Name of each entry of a list and the path of what it holds; of equal names the first counts,
    /// as for kubectl.
    private mutating func entries(_ list: String, _ content: String) -> [(String, FieldPath)] {
        guard let value = document.root[list], !value.isNull else { return [] }
        guard let elements = value.arrayValue else {
            refuse(FieldPath(list), "must be a list, not \(value.kindName)")
            return []
        }
        var result: [(String, FieldPath)] = []
        for (index, element) in elements.enumerated() {
            let path = FieldPath(list).appending(.index(index))
            guard let name = element["name"]?.stringValue, !name.isEmpty else {
                refuse(path, "has no name")
                continue
            }
            if let body = element[content], body.objectValue == nil, !body.isNull {
                refuse(path.appending(content), "must be an object, not \(body.kindName)")
                continue
            }
            result.append((name, path.appending(content)))
        }
        return result
    }

    private mutating func cluster(at path: FieldPath) -> Kubeconfig.Cluster {
        let refusals = unsupportedFields(
            at: path,
            known: [
                "server", "certificate-authority", "certificate-authority-data",
                "insecure-skip-tls-verify", "tls-server-name", "extensions", "disable-compression",
            ])
        let server = text(path.appending("server")) ?? ""
        if server.isEmpty { refuse(path, "has no server") }
        let tls = ClusterConnection.TLS(
            authority: material(path, "certificate-authority"),
            isInsecure: flag(path.appending("insecure-skip-tls-verify")),
            serverName: text(path.appending("tls-server-name")))
        if tls.isInsecure, tls.authority != nil {
            refuse(
                path.appending("insecure-skip-tls-verify"),
                "cannot be combined with a certificate authority")
        }
        return Kubeconfig.Cluster(server: server, tls: tls, refusals: refusals)
    }

    private mutating func user(at path: FieldPath) -> Kubeconfig.User {
        let refusals = unsupportedFields(
            at: path,
            known: [
                "client-certificate", "client-certificate-data", "client-key", "client-key-data",
                "token", "tokenFile", "username", "password", "extensions",
            ])
        let certificate = material(path, "client-certificate")
        let key = material(path, "client-key")
        if (certificate == nil) != (key == nil) {
            refuse(path, "needs both a client certificate and a client key")
        }
        // client-go reads tokenFile in preference to token.
        let credential: ClusterConnection.Credential
        if let tokenFile = text(path.appending("tokenFile")), !tokenFile.isEmpty {
            credential = .tokenFile(resolved(tokenFile))
        } else if let token = text(path.appending("token")), !token.isEmpty {
            credential = .token(token)
        } else if let username = text(path.appending("username")), !username.isEmpty {
            credential = .basic(
                username: username, password: text(path.appending("password")) ?? "")
        } else {
            credential = .none
        }
        return Kubeconfig.User(
            certificate: certificate, key: key, credential: credential, refusals: refusals)
    }

    private mutating func context(at path: FieldPath) -> Kubeconfig.Context {
        let refusals = unsupportedFields(
            at: path, known: ["cluster", "user", "namespace", "extensions"])
        let namespace = text(path.appending("namespace")) ?? ""
        return Kubeconfig.Context(
            cluster: text(path.appending("cluster")) ?? "",
            user: text(path.appending("user")) ?? "",
            namespace: namespace.isEmpty ? "default" : namespace,
            location: document.location(of: path, in: file), refusals: refusals)
    }
}

extension KubeconfigReader {
    private func unsupported(_ path: FieldPath) -> Problem {
        Problem(
            at: document.keyLocation(of: path, in: file), field: path, "is not supported",
            hint: "use a client certificate, a token or a token file")
    }

    private func unsupportedFields(at path: FieldPath, known: Set<String>) -> [Problem] {
        (document.root.value(at: path)?.objectValue?.keys ?? [])
            .filter { !known.contains($0) }.map { unsupported(path.appending($0)) }
    }

    private mutating func refuse(_ path: FieldPath, _ message: String) {
        problems.append(
            Problem(at: document.location(of: path, in: file), field: path, message))
    }

    private mutating func text(_ path: FieldPath) -> String? {
        guard let value = document.root.value(at: path), !value.isNull else { return nil }
        if value.stringValue == nil { refuse(path, "must be a string, not \(value.kindName)") }
        return value.stringValue
    }

    private mutating func flag(_ path: FieldPath) -> Bool {
        guard let value = document.root.value(at: path), !value.isNull else { return false }
        if value.boolValue == nil { refuse(path, "must be true or false") }
        return value.boolValue ?? false
    }

    /// `NAME-data` in base64, which wins, or the path under `NAME`.
    private mutating func material(_ path: FieldPath, _ name: String)
        -> ClusterConnection.Material?
    {
        let dataPath = path.appending(name + "-data")
        if let encoded = text(dataPath), !encoded.isEmpty {
            guard let data = Data(base64Encoded: encoded) else {
                refuse(dataPath, "is not base64")
                return nil
            }
            return .bytes(Array(data))
        }
        guard let name = text(path.appending(name)), !name.isEmpty else { return nil }
        return .file(resolved(name))
    }

    private func resolved(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        if path.hasPrefix("~/"), let home { return home + path.dropFirst(1) }
        guard let slash = file.lastIndex(of: "/") else { return path }
        return file[...slash] + path
    }
}
