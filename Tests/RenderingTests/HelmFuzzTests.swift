import Model
import Rendering
import TestSupport
import Testing
import YAML

/// Nothing that an archive, a file of values or a setting says traps; each ends in output or in an error.
///
/// Bounded by counts: a seed that fails is found again.
struct HelmFuzzTests {
    private func surroundings() -> ChartSurroundings {
        ChartSurroundings(now: Timestamp(seconds: 0)) { _, count in
            Array(repeating: 7, count: count)
        }
    }

    private func options() throws -> ChartOptions {
        ChartOptions(release: ChartRelease(name: "rel"), capabilities: try ChartCapabilities())
    }

    /// What comes of a chart: its output, or the error's text.
    private func rendered(
        _ chart: Chart, _ values: ChartValues, _ surroundings: ChartSurroundings
    ) throws -> String {
        do {
            let output = try chart.rendered(values, try options(), with: surroundings)
            return String(decoding: output.text(), as: UTF8.self)
        } catch let error as ChartError {
            #expect(!error.message.isEmpty)
            return "error: " + error.message
        }
    }

    // MARK: Archives

    private static let archive = tar([
        ("p/Chart.yaml", "apiVersion: v2\nname: p\nversion: 1.0.0\n"),
        ("p/values.yaml", "a: 1\n"), ("p/templates/a.yaml", "a: {{ .Values.a }}\n"),
        ("p/charts/kid/Chart.yaml", "apiVersion: v2\nname: kid\nversion: 1.0.0\n"),
        ("p/.helmignore", "*.bak\n"), ("p/conf/x.txt", "x"),
    ])

    private static let tarPieces = [
        "../", "/", "./", "\\", "C:\\", "\u{0}", "p/", "p/../../x", "Chart.yaml", "77777777777",
        "-0000000001", "00000000000", "0000000\u{0}", "L", "x", "g", "1", "2", "5", "S",
        "30 path=../../etc/passwd\n", "9999999999 path=a\n", "12 size=-1\n", "ustar  \u{0}",
        "\u{80}\u{FF}\u{FF}", String(repeating: "d/", count: 200),
    ]

    @Test func mutatedArchivesEndInFilesOrInAnError() throws {
        let packed = gzip(Self.archive)
        for seed in 0..<6_000 {
            var random = SeededGenerator(seed: seed)
            let isPacked = seed % 4 == 0
            let mutated = mutated(
                isPacked ? packed : Self.archive, Self.tarPieces, keepsPlaces: !isPacked, &random)
            do {
                let files = try unpackedChart(
                    isPacked ? mutated : gzip(seed % 4 == 1 ? mutated : summed(mutated)))
                for file in files {
                    let parts = file.name.split(separator: "/", omittingEmptySubsequences: false)
                    #expect(
                        !parts.contains("..") && !parts.contains("."),
                        "seed \(seed): \(file.name)")
                }
                _ = try Chart(files: files)
            } catch {
                #expect(!error.message.isEmpty, "seed \(seed)")
            }
        }
    }

    /// With the sums of all headers right, so that what is in them is read.
    private func summed(_ tar: [UInt8]) -> [UInt8] {
        var tar = tar
        for start in stride(from: 0, to: tar.count - 511, by: 512)
        where tar[start + 100..<start + 107].elementsEqual("0000644".utf8) {
            tar.replaceSubrange(start + 148..<start + 156, with: Array("        ".utf8))
            let digits = String(tar[start..<start + 512].reduce(0) { $0 + Int($1) }, radix: 8)
            let field = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "\u{0} "
            tar.replaceSubrange(start + 148..<start + 156, with: Array(field.utf8))
        }
        return tar
    }

    @Test func packedBombsAreRefused() {
        // A size of 8 GiB in a header, without anything behind it.
        var bomb = Self.archive
        bomb.replaceSubrange(124..<135, with: Array("77777777777".utf8))
        let error = #expect(throws: ChartError.self) { try unpackedChart(gzip(summed(bomb))) }
        #expect(error?.message == "unexpected EOF")
    }

    // MARK: Values

    private static let imports = [
        "", "  import-values: [data]\n", "  import-values: [{child: a, parent: b}]\n",
        "  import-values: [{child: ., parent: l}]\n",
        "  import-values: [{child: low.a, parent: global.a}, none]\n",
    ]

    /// A chart with a chart in it, under its own name and under another, and one in that one.
    private func family(_ random: inout SeededGenerator) throws -> Chart {
        let brought = Self.imports.randomElement(using: &random) ?? ""
        let files: KeyValuePairs<String, String> = [
            "Chart.yaml": "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n"
                + "- name: kid\n  version: 1.0.0\n  condition: kid.enabled,a.b\n" + brought
                + "- name: kid\n  version: '>0'\n  alias: k2\n  tags: [a, n]\n",
            "values.yaml": tree(&random),
            "templates/a.yaml": "all: {{ toJson .Values }}\n",
            "charts/kid/Chart.yaml": "apiVersion: v2\nname: kid\nversion: 1.0.0\n",
            "charts/kid/values.yaml": tree(&random),
            "charts/kid/templates/a.yaml": "all: {{ toJson .Values }}\n",
            "charts/kid/charts/low/Chart.yaml": "apiVersion: v1\nname: low\nversion: 1.0.0\n",
            "charts/kid/charts/low/values.yaml": tree(&random),
            "charts/kid/charts/low/templates/a.yaml": "all: {{ toJson .Values }}\n",
        ]
        return try Chart(files: files.map { ChartFile(name: $0.key, bytes: Array($0.value.utf8)) })
    }

    private static let keys = [
        "a", "b", "kid", "k2", "low", "global", "tags", "exports", "data", "enabled", "n", "l",
    ]

    private func tree(_ random: inout SeededGenerator) -> String {
        String(decoding: printJSON(table(4, &random)), as: UTF8.self)
    }

    private func table(_ depth: Int, _ random: inout SeededGenerator) -> Node {
        var fields = Mapping()
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            fields[Self.keys.randomElement(using: &random) ?? "a"] = node(depth - 1, &random)
        }
        return .object(fields)
    }

    private func node(_ depth: Int, _ random: inout SeededGenerator) -> Node {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 5), using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .int(Int64.random(in: -9...9, using: &random))
        case 3: .string(["", "x", "false", "1.0.0"].randomElement(using: &random) ?? "")
        case 4: .array([])
        case 5: .array((0..<2).map { _ in node(depth - 1, &random) })
        default: table(depth, &random)
        }
    }

    @Test func randomValuesAreMergedAlike() throws {
        let surroundings = surroundings()
        var printed = 0
        for seed in 0..<2_500 {
            var random = SeededGenerator(seed: seed)
            let chart = try family(&random)
            let files = (0..<Int.random(in: 0...3, using: &random)).map { _ in tree(&random) }
            var values = ChartValues()
            for (number, file) in files.enumerated() {
                try values.add(file: Array(file.utf8), name: "\(number).yaml")
            }
            let first = try rendered(chart, values, surroundings)
            #expect(first == (try rendered(chart, values, surroundings)), "seed \(seed)")
            guard !first.hasPrefix("error: ") else { continue }
            printed += 1
            try checkLastFileCounts(files.last, in: first, "seed \(seed)")
        }
        #expect(printed > 500)
    }

    /// What the last file says in one word is what the chart's own templates see.
    private func checkLastFileCounts(_ file: String?, in output: String, _ seed: Comment) throws {
        guard let file, let fields = try parseJSON(Array(file.utf8)).objectValue else { return }
        let document = "# Source: p/templates/a.yaml\nall: "
        guard let start = output.firstRange(of: document) else { return }
        let line = output[start.upperBound...].prefix { $0 != "\n" }
        let seen = try parseJSON(Array(line.utf8))
        for key in ["a", "b", "n", "l"] {
            switch fields[key] {
            case .some(.null): #expect(seen[key]?.isNull ?? true, seed)
            case .some(let value) where value.objectValue == nil:
                #expect(seen[key] == value, seed)
            default: break
            }
        }
    }

    // MARK: Settings

    private static let settings = [
        "a=1", "a.b.c=x,d=true", "l[0]=1,l[2].x=y", "names={a,b,null}", "k\\.x/y=1", "a=null",
        "kid.enabled=false", "l[0][1]=z", "global.a={}", "a={\"x\":[1,2.5,null]},b=\"t\"",
        "{\"whole\":{\"a\":1}}", "f=path", "a=b=c", "n=0123,i=9223372036854775808",
    ]

    private static let settingPieces = [
        "=", ",", ".", "[", "]", "{", "}", "\\", "[65536]", "[65537]", "[-1]", "[x]", "\"", "null",
        "a.", "[0]", "é", "😀", "\u{0}", " ", "\n", "1e999", "{a,b}", "[[", "]]=1",
        String(repeating: "a.", count: 40), String(repeating: "[0]", count: 700),
        String(repeating: "{", count: 700), String(repeating: "[", count: 2_000),
        String(repeating: "{\"a\":", count: 2_000),
    ]

    @Test func mutatedSettingsEndInValuesOrInAnError() throws {
        let surroundings = surroundings()
        let chart = try Chart(files: [
            ChartFile(
                name: "Chart.yaml", bytes: Array("apiVersion: v2\nname: p\nversion: 1.0.0".utf8)),
            ChartFile(name: "values.yaml", bytes: Array("a: {b: [1, {c: 2}]}\nl: [1]\n".utf8)),
            ChartFile(name: "templates/a.yaml", bytes: Array("a: {{ toJson .Values }}\n".utf8)),
        ])
        for seed in 0..<6_000 {
            var random = SeededGenerator(seed: seed)
            let setting = Self.settings.randomElement(using: &random) ?? ""
            let bytes = mutated(
                Array(setting.utf8), Self.settingPieces, keepsPlaces: false, &random)
            let text = String(decoding: bytes, as: UTF8.self)
            var values = ChartValues { path throws(ChartError) in Array(path.utf8) }
            switch seed % 4 {
            case 0: values.settings = [text]
            case 1: values.textSettings = [text, "a.b=1"]
            case 2: values.jsonSettings = [text]
            default: values.fileSettings = [text]
            }
            let result = try rendered(chart, values, surroundings)
            #expect(
                !result.hasPrefix("error: ") || result.hasPrefix("error: failed parsing --set")
                    || result.hasPrefix("error: YAML parse error on p/templates/a.yaml"),
                "seed \(seed): \(result.prefix(200))")
        }
    }

    // MARK: Mutation

    /// - Parameter keepsPlaces: Whether what follows stays where it was.
    private func mutated(
        _ bytes: [UInt8], _ pieces: [String], keepsPlaces: Bool, _ random: inout SeededGenerator
    ) -> [UInt8] {
        var text = bytes
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0...text.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where place < text.count: text[place] = UInt8.random(in: 0...255, using: &random)
            case 1 where place < text.count: text.remove(at: place)
            case 2: text.removeSubrange(place..<min(place + 5, text.count))
            default:
                let piece = Array((pieces.randomElement(using: &random) ?? "").utf8)
                // Fields of headers stand at the beginnings of blocks.
                let start = keepsPlaces ? place / 512 * 512 : place
                let field =
                    keepsPlaces
                    ? [0, 124, 148, 156, 157, 345].randomElement(using: &random) ?? 0 : 0
                let from = min(start + field, text.count)
                let end = keepsPlaces ? min(from + piece.count, text.count) : from
                text.replaceSubrange(from..<end, with: piece)
            }
        }
        return text
    }
}
