import GoTemplate
import TestSupport
import Testing

/// Whatever a template passes to a function, the process goes on: there is a text or an error.
@Suite struct HostileArgumentsTests {
    private let functions = FunctionTable(Sprig.functions + Serialization.functions)
    private let surroundings: Surroundings

    init() {
        surroundings = Surroundings([
            Sprig.Surroundings(now: Instant(seconds: 1_700_000_000)) { _, count in
                (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
            }
        ])
    }

    @Test func noArgumentsEndTheProcess() throws {
        var outcomes: (texts: Int, errors: Int) = (0, 0)
        for seed in 0..<6_000 {
            var random = SeededGenerator(seed: seed)
            let name = functions.names[seed % functions.names.count]
            let function = try #require(functions[name])
            // Mostly as many arguments as the function takes, and mostly of its types.
            let extra = Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0
            let count = function.parameters.count + (function.isVariadic ? seed % 4 : 0) + extra
            let data = Map()
            var call = name
            for place in 0..<count {
                let last = function.parameters.indices.last ?? 0
                let type =
                    function.parameters.isEmpty ? .any : function.parameters[min(place, last)]
                data[ByteString("v\(place)")] = value(of: type, &random)
                call += " .v\(place)"
            }
            let result = rendered("{{ \(call) }}", data)
            if result == nil { outcomes.errors += 1 } else { outcomes.texts += 1 }
        }
        #expect(outcomes.texts > 2_000, "\(outcomes)")
        #expect(outcomes.errors > 500, "\(outcomes)")
    }

    @Test(arguments: [
        "until 1000000000", "untilStep 0 9000000000000000000 1", "repeat 1000000000 \"x\"",
        "seq 1 99999999",
        "indent 1000000000 \"a\"", "randAlphaNum 1000000000",
        "replace \"\" (repeat 90000 \"x\") (repeat 90000 \"y\")",
        "regexReplaceAll \"\" (repeat 90000 \"x\") (repeat 90000 \"y\")",
        "regexMatch \"(x{1,1000}){1}y\" (repeat 900000 \"x\")",
        "join (repeat 90000 \"x\") (until 90000)",
        "wrapWith 1 (repeat 90000 \"x\") (repeat 90000 \"y\")",
        "uniq (until 30000)",
    ])
    func largeResultsMeetALimit(call: String) {
        #expect(rendered("{{ \(call) | len }}", Map()) == nil)
    }

    private func rendered(_ template: String, _ data: Map) -> String? {
        do throws(TemplateError) {
            var templates = TemplateSet(functions: functions)
            try templates.parse(ByteString(template), as: "t")
            var limits = Limits()
            limits.steps = 1_000_000
            limits.bytes = 4 << 20
            return
                "\(try templates.render("t", with: .map(data), in: surroundings, limits: limits))"
        } catch {
            return nil
        }
    }

    private func value(of type: GoType, _ random: inout SeededGenerator) -> Value {
        if Int.random(in: 0..<16, using: &random) == 0 { return anything(&random, depth: 2) }
        switch type {
        case .bool: return .bool(.random(using: &random))
        case .int: return .int(number(&random))
        case .int64: return .int64(Int64(number(&random)))
        case .float64: return .float64(fraction(&random))
        case .string: return .string(text(&random))
        case .map: return .map(map(&random, depth: 2))
        default: return anything(&random, depth: 3)
        }
    }

    private func anything(_ random: inout SeededGenerator, depth: Int) -> Value {
        switch Int.random(in: 0..<(depth > 0 ? 11 : 8), using: &random) {
        case 0: return .none
        case 1: return .bool(.random(using: &random))
        case 2: return .int(number(&random))
        case 3: return .int64(Int64(number(&random)))
        case 4: return .float64(fraction(&random))
        case 5: return .uint64(.random(in: 0...UInt64.max, using: &random))
        case 6, 7: return .string(text(&random))
        case 8: return .map(map(&random, depth: depth - 1))
        case 9: return .list(List(strings: [text(&random), text(&random)]))
        default:
            let count = Int.random(in: 0..<4, using: &random)
            return .list((0..<count).map { _ in anything(&random, depth: depth - 1) })
        }
    }

    private func map(_ random: inout SeededGenerator, depth: Int) -> Map {
        let map = Map()
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
            let key: ByteString =
                ["scheme", "host", "path", "userinfo", "a", ""].randomElement(
                    using: &random) ?? "b"
            map[key] = anything(&random, depth: depth)
        }
        return map
    }

    private func number(_ random: inout SeededGenerator) -> Int {
        let edges = [0, 1, -1, 2, 3, 7, 64, 309, -400, 5_000, .max, .min, .max - 1]
        return edges.randomElement(using: &random) ?? 0
    }

    private func fraction(_ random: inout SeededGenerator) -> Double {
        let edges = [
            0, -0.0, 1.5, -2.5, 1e308, -1e308, Double.leastNonzeroMagnitude, 1e19, .nan, .infinity,
            -.infinity, 9.3e18, 0.1,
        ]
        return edges.randomElement(using: &random) ?? 0
    }

    private func text(_ random: inout SeededGenerator) -> ByteString {
        let texts: [ByteString] = [
            "", " ", "a", "hello world", "é", "😀x", "1", "-1", "0x", "1e400", "1.5h",
            "9223372036854775808",
            "(a*)*b", "[", "\\", "$", "${1}", "2006-01-02", "2020-02-30", "Europe/Berlin",
            ">=1.2 <2", "1.2.3-a",
            "http://u:p@[::1]:80/%zz?x#y", "{\"a\":[1,null]}", "[1", "a\nb", "\t", "---", "_x__Y",
            "aB1C",
            "-07:00 MST Z07 .000 __2", "%41", "\u{85}", "\u{FEFF}x", "YQ==", "ME======",
        ]
        if Int.random(in: 0..<3, using: &random) == 0 {
            let count = Int.random(in: 0..<12, using: &random)
            return ByteString((0..<count).map { _ in .random(in: 0...255, using: &random) })
        }
        return texts.randomElement(using: &random) ?? ""
    }
}
