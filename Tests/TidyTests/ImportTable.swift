/// Which modules each target may import; ARCHITECTURE.md says why.
///
/// `Foundation` stands for `FoundationEssentials` too. The C library and the runtime's own modules are
/// listed as well: core targets have none of them.
struct Room {
    enum Layer: Int, Comparable {
        case core, base, adapter, engine, front, program

        static func < (a: Layer, b: Layer) -> Bool { a.rawValue < b.rawValue }
    }

    var name: String
    var layer: Layer
    /// Targets of this package.
    var targets: [String]
    /// Modules of other packages, system libraries and the toolchain.
    var libraries: [String]

    init(_ name: String, _ layer: Layer, _ targets: [String] = [], libraries: [String] = []) {
        self.name = name
        self.layer = layer
        self.targets = targets
        self.libraries = libraries
    }
}

/// Folders that hold nothing but a module map.
let moduleMaps = ["CCrypt", "CGit2", "CYAML", "CZlib"]

private let system = [
    "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Synchronization",
]

private let http = [
    "HTTPTypes", "Hummingbird", "Logging", "NIOCore", "NIOFoundationCompat", "NIOPosix",
]

let rooms = [
    Room("Model", .core),
    Room("Digests", .core, ["Model"], libraries: ["Crypto"]),
    Room("YAML", .core, ["Model"], libraries: ["CYAML"]),
    Room("Schemas", .core, ["Model"]),
    Room("GoTemplate", .core),
    Room("Compression", .core, libraries: ["CZlib"]),
    Room("Rendering", .core, ["Model", "YAML", "Digests", "GoTemplate", "Compression"]),
    Room("Declarations", .core, ["Model", "YAML", "Digests"]),
    Room("Diffing", .core, ["Model", "YAML", "Digests", "Schemas"]),
    Room("Health", .core, ["Model"]),
    Room("EventLog", .core, ["Model", "YAML", "Digests"]),
    Room("Projections", .core, ["Model", "YAML", "Digests", "EventLog"]),
    Room(
        "Planning", .core,
        [
            "Model", "YAML", "Digests", "Declarations", "Diffing", "Health", "EventLog",
            "Projections",
        ]),

    Room("Deadline", .base),

    Room(
        "GitRepository", .adapter, ["Model", "Digests", "Deadline"],
        libraries: system + ["CGit2", "Subprocess", "SystemPackage"]),
    Room(
        "SQLiteLedger", .adapter, ["Model", "Digests", "Compression", "EventLog", "Projections"],
        libraries: system + ["GRDB", "GRDBSQLite"]),
    Room(
        "ChartCrypto", .adapter, ["Model", "Digests", "GoTemplate", "Rendering"],
        libraries: system + ["CCrypt", "Crypto", "CryptoExtras", "SwiftASN1", "X509"]),
    Room(
        "KubernetesClient", .adapter, ["Model", "YAML", "Deadline"],
        libraries: system + [
            "AsyncHTTPClient", "Logging", "NIOCore", "NIOFoundationCompat", "NIOHTTP1", "NIOSSL",
        ]),

    Room(
        "Signatures", .adapter, ["Model", "Digests", "Deadline"],
        libraries: system + ["Subprocess", "SystemPackage"]),
    Room(
        "ChartRepository", .adapter, ["Model", "YAML", "Digests", "GoTemplate", "Deadline"],
        libraries: system + [
            "AsyncHTTPClient", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL",
        ]),

    Room(
        "HelmTool", .adapter, ["Model", "Deadline"],
        libraries: system + ["Subprocess", "SystemPackage"]),

    Room(
        "Engine", .engine,
        [
            "Model", "Digests", "YAML", "Rendering", "Declarations", "Diffing", "Health",
            "EventLog", "Planning", "Projections", "GitRepository", "SQLiteLedger",
            "ChartCrypto", "KubernetesClient", "Signatures", "ChartRepository", "HelmTool",
            "Deadline",
        ],
        libraries: system + ["Logging"]),

    Room(
        "Sandbox", .front, ["Model", "YAML", "Digests", "Schemas"],
        libraries: system + http + ["GRDB", "NIOHTTP1"]),
    Room(
        "Server", .front,
        [
            "Model", "YAML", "Digests", "EventLog", "Planning", "Projections", "GitRepository",
            "Engine",
        ],
        libraries: system + http + ["AsyncHTTPClient", "NIOHTTP1"]),
    Room(
        "CLI", .front,
        [
            "Model", "YAML", "Digests", "Rendering", "Declarations", "Diffing", "Health",
            "EventLog", "Planning", "Projections", "GitRepository", "SQLiteLedger",
            "KubernetesClient", "ChartCrypto", "Signatures", "ChartRepository", "HelmTool",
            "Deadline", "Engine",
            "Sandbox", "Server",
        ],
        libraries: system + [
            "ArgumentParser", "AsyncHTTPClient", "Logging", "NIOCore", "NIOHTTP1",
        ]),
    Room("tidemark", .program, ["CLI"], libraries: ["Glibc"]),
    Room(
        "bench", .program,
        [
            "Model", "YAML", "Digests", "Declarations", "Diffing", "EventLog", "Planning",
            "Projections", "GitRepository", "SQLiteLedger", "ChartCrypto", "Engine", "Rendering",
        ],
        libraries: ["CYAML", "Glibc", "GRDBSQLite", "Logging", "Synchronization"]),
]
