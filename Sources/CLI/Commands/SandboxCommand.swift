internal import ArgumentParser
internal import Logging
internal import Sandbox

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve an embedded Kubernetes API for kubectl until stopped.",
        discussion: """
            Listens on 127.0.0.1 only, keeps its objects in a SQLite file, and writes a kubeconfig.

            Example: tidemark sandbox --port 6444 --data sandbox.db, then kubectl \
            --kubeconfig sandbox.db.kubeconfig get namespaces.
            """)

    @Option(help: "Port on 127.0.0.1; any free one unless given.")
    var port = 0

    @Option(help: "SQLite file of the objects; in memory only unless given.")
    var data: String?

    @Option(help: "Where to write the kubeconfig; beside the data unless given.")
    var kubeconfig: String?

    @Option(help: "Name of the cluster in the kubeconfig.")
    var name = "sandbox"

    func validate() throws {
        guard (0...65535).contains(port) else {
            throw ValidationError("--port is between 0 and 65535.")
        }
    }

    func run() async throws {
        let surroundings = Surroundings.current
        let dataFile = data.map(surroundings.path)
        let target =
            kubeconfig.map(surroundings.path) ?? (dataFile ?? surroundings.path(name))
            + ".kubeconfig"
        let name = name
        let port = port
        let isServing: Void? = try await untilInterrupted {
            let server: SandboxServer
            do {
                server = try await SandboxServer(
                    SandboxConfiguration(name: name, port: port, dataFile: dataFile),
                    log: ErrorStreamLog.logger(level: .critical))
            } catch {
                throw CommandError(
                    "cannot open \(dataFile ?? "the objects")", because: "\(error)")
            }
            do {
                try await server.run { port in
                    let address = "http://127.0.0.1:\(port)"
                    let text = sandboxKubeconfig(name: name, server: address, token: nil)
                    do {
                        try Files.replace(target, Array(text.utf8))
                        try show(
                            "serving \(address)\nkubectl --kubeconfig \(target) get namespaces")
                    } catch {
                        surroundings.writeError(describe(error, as: "error"))
                    }
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                throw CommandError(
                    "cannot serve on port \(port) of 127.0.0.1", because: "\(error)",
                    try: "another port, or none: then any free one is taken")
            }
        }
        if isServing == nil { warn("stopped") }
    }
}
