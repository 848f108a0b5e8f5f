// swift-tools-version: 6.2

import PackageDescription

/// Settings of every Swift target: the imports of a file are what it may name, and a warning is an
/// error, so the import table of ARCHITECTURE.md is held by the compiler.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// A library target of ours, and beside it the test target of the same name.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        exclude: ["README.md"],
        swiftSettings: settings
    )
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.byName(name: name), "TestSupport"]
            + (name == "Model" ? [] : ["Model"]) + dependencies,
        // Read through their path, so that a golden file can be rewritten in place.
        exclude: ["Fixtures", "Golden"],
        swiftSettings: settings
    )
}

let asyncHTTPClient = Target.Dependency.product(
    name: "AsyncHTTPClient", package: "async-http-client")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "tidemark",
    products: [.executable(name: "tidemark", targets: ["tidemark"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // C
        .systemLibrary(
            name: "CGit2", path: "Sources/CGit2", pkgConfig: "libgit2",
            providers: [.apt(["libgit2-dev"])]),
        .systemLibrary(
            name: "CYAML", path: "Sources/CYAML", pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CCrypt", path: "Sources/CCrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(
            name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]),

        // Core
        library("Model"),
        library("Digests", ["Model", crypto]),
        library("YAML", ["Model", "CYAML"]),
        library("Schemas", ["Model"]),
        library("GoTemplate"),
        library("Compression", ["CZlib"]),
        library("Rendering", ["Model", "YAML", "Digests", "GoTemplate", "Compression"]),
        library("Declarations", ["Model", "YAML", "Digests"]),
        library("Diffing", ["Model", "YAML", "Digests", "Schemas"]),
        library("Health", ["Model"]),
        library("EventLog", ["Model", "YAML", "Digests"]),
        library("Projections", ["Model", "YAML", "Digests", "EventLog"]),
        library(
            "Planning",
            [
                "Model", "YAML", "Digests", "Declarations", "Diffing", "Health", "EventLog",
                "Projections",
            ]),

        // Between core and adapters
        library("Deadline"),

        // Adapters
        library("GitRepository", ["Model", "Digests", "Deadline", "CGit2", subprocess]),
        library(
            "SQLiteLedger",
            ["Model", "Digests", "Compression", "EventLog", "Projections", grdb, grdbSQLite]),
        library(
            "ChartCrypto",
            ["Model", "Digests", "GoTemplate", "Rendering", "CCrypt", crypto, cryptoExtras, x509]),
        library(
            "KubernetesClient",
            [
                "Model", "YAML", "Deadline", asyncHTTPClient, nioCore, nioHTTP1, nioSSL,
                nioFoundation, logging,
            ]),

        library("Signatures", ["Model", "Digests", "Deadline", subprocess]),
        library(
            "ChartRepository",
            [
                "Model", "YAML", "Digests", "GoTemplate", "Deadline", asyncHTTPClient, nioCore,
                nioPosix, nioHTTP1, nioSSL, logging,
            ]),
        library("HelmTool", ["Model", "Deadline", subprocess]),

        // Engine
        library(
            "Engine",
            [
                "Model", "Digests", "YAML", "Rendering", "Declarations", "Diffing", "Health",
                "EventLog", "Planning", "Projections", "GitRepository", "SQLiteLedger",
                "ChartCrypto", "KubernetesClient", "Signatures", "ChartRepository", "HelmTool",
                "Deadline", logging,
            ]),

        // Front ends
        library(
            "Sandbox",
            [
                "Model", "YAML", "Digests", "Schemas", grdb, hummingbird, nioCore, nioPosix,
                nioHTTP1,
                nioFoundation,
                httpTypes, logging,
            ]),
        library(
            "Server",
            [
                "Model", "YAML", "Digests", "EventLog", "Planning", "Projections",
                "GitRepository", "Engine", hummingbird, nioCore, nioHTTP1,
                nioPosix, nioFoundation, httpTypes, asyncHTTPClient, logging,
            ]),
        library(
            "CLI",
            [
                "Model", "YAML", "Digests", "Rendering", "Declarations", "Diffing", "Health",
                "EventLog",
                "Planning", "Projections", "GitRepository", "SQLiteLedger", "KubernetesClient",
                "ChartCrypto", "Signatures", "ChartRepository", "HelmTool", "Deadline", "Engine",
                "Sandbox", "Server", argumentParser, asyncHTTPClient, nioCore, nioHTTP1, logging,
            ]),
        .executableTarget(
            name: "tidemark", dependencies: ["CLI"], exclude: ["README.md"], swiftSettings: settings
        ),
        .executableTarget(
            name: "bench",
            dependencies: [
                "Model", "YAML", "CYAML", "Digests", "Declarations", "Diffing", "EventLog",
                "Planning", "Projections", "GitRepository", "SQLiteLedger", "ChartCrypto", "Engine",
                "Rendering", grdbSQLite, logging,
            ],
            exclude: ["README.md"],
            swiftSettings: settings),

        // Tests
        .target(
            name: "TestSupport",
            dependencies: [
                "Model", "YAML", hummingbird, hummingbirdTLS, nioCore, nioSSL, logging,
            ],
            path: "Tests/TestSupport", swiftSettings: settings),
        tests(of: "Model"),
        tests(of: "Digests"),
        tests(of: "YAML"),
        tests(of: "Schemas", ["YAML"]),
        tests(of: "GoTemplate"),
        tests(of: "Rendering", ["YAML"]),
        tests(of: "Declarations", ["YAML"]),
        tests(of: "Diffing", ["YAML", "Digests"]),
        tests(of: "Health", ["YAML"]),
        tests(of: "EventLog", ["YAML", "Digests"]),
        tests(
            of: "Planning",
            ["YAML", "Digests", "Declarations", "Diffing", "Health", "EventLog", "Projections"]),
        tests(of: "Projections", ["YAML", "Digests", "EventLog"]),
        tests(of: "Deadline"),
        tests(of: "GitRepository", ["Digests"]),
        tests(of: "SQLiteLedger", ["Digests", "EventLog", "Projections", grdb]),
        tests(of: "KubernetesClient", ["YAML", nioSSL, logging]),
        tests(of: "Signatures", ["Digests"]),
        tests(of: "HelmTool"),
        tests(
            of: "ChartRepository", ["YAML", "Digests", "Compression", nioSSL, logging]),
        tests(
            of: "Engine",
            [
                "YAML", "Digests", "Declarations", "EventLog", "GitRepository", "Planning",
                "Projections", "ChartCrypto", "Signatures", "HelmTool",
                logging,
            ]),
        tests(
            of: "Sandbox",
            [
                "YAML", "KubernetesClient", asyncHTTPClient, nioCore, nioHTTP1, nioFoundation,
                logging,
            ]),
        tests(of: "ChartCrypto", ["Rendering"]),
        tests(of: "Server", ["Digests", "EventLog", "Engine", "Projections", logging]),
        tests(
            of: "CLI",
            [
                "YAML", "Digests", "EventLog", "Projections", "SQLiteLedger", "GitRepository",
                "Server",
            ]),
        // Reads the sources of all the others.
        .testTarget(name: "TidyTests", swiftSettings: settings),
    ]
)
