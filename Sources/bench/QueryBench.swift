internal import Glibc

/// What it takes to ask a large ledger one question, as a whole process.
struct QueryTimes {
    var show = 0.0
    /// The slowest of several filters.
    var log = 0.0
    var explain = 0.0

    /// - Parameters:
    ///   - folder: Where the settings that name the ledger are written.
    init(of file: LedgerFile, _ tidemark: String, folder: String) throws {
        let settings = folder + "/\(file.events).yaml"
        try Self.write(
            """
            ledger: \(file.path)
            repositories: [{name: apps, url: "https://git.example.com/apps"}]
            applications: [{repository: apps, path: applications}]
            environments: [{name: dev, sandbox: {data: dev.db}}]

            """, to: settings)
        func time(_ words: String) throws -> Double {
            try bestMilliseconds(
                of: tidemark, words.split(separator: " ").map(String.init) + ["--config", settings])
        }
        let middle = file.events / 2
        show = try time("show deployment/service-7-0 --env staging --at @\(middle)")
        explain = try time("explain sync-1000")
        for filter in [
            "", "--env staging", "--app service-7", "--object deployment/service-7-0",
            "--actor reconciler", "--type sync.succeeded", "--sync sync-1000", "--namespace team-7",
            "--type drift.resolved --env production", "--type ledger.opened --actor reconciler",
            "--type object.observed --app service-9 --env dev", "--until @\(middle)",
            "--object ingress --env dev --type health.changed",
        ] {
            log = max(log, try time("log " + filter))
        }
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw BenchFailure("cannot write \(path)") }
        defer { fclose(file) }
        fputs(text, file)
    }

    func figures(_ name: String) -> [Figure] {
        [
            Figure(
                name: "show OBJECT --at, \(name)", value: show, unit: "ms", target: .below(40)),
            Figure(
                name: "log, slowest filter, \(name)", value: log, unit: "ms", target: .below(60)),
            Figure(name: "explain, \(name)", value: explain, unit: "ms", target: .below(60)),
        ]
    }

    /// Of a ledger ten times as long, against a shorter one.
    func figures(against shorter: QueryTimes) -> [Figure] {
        [
            ("show OBJECT --at", show / shorter.show), ("log", log / shorter.log),
            ("explain", explain / shorter.explain),
        ].map { name, ratio in
            Figure(
                name: "\(name), of the large ledger", value: ratio, unit: "times",
                target: .below(1.5))
        }
    }
}
