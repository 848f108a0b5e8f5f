internal import Model

extension Settings {
    /// How the charts of one application are rendered, beyond what its manifest says.
    public struct ChartRules: Hashable, Sendable {
        /// Whether `lookup` of templates asks the cluster; otherwise it finds nothing, as under Argo CD.
        public var looksUp: Bool
        public var renderer: Renderer

        public init(looksUp: Bool = false, renderer: Renderer = .tidemark) {
            self.looksUp = looksUp
            self.renderer = renderer
        }

        /// Who renders the charts: Tidemark in its process, or the `helm` program that is installed.
        public enum Renderer: String, Hashable, Sendable, CaseIterable {
            case tidemark
            case helm
        }
    }

    static func charts(_ reading: inout StrictReading) -> [String: ChartRules] {
        let path = FieldPath("charts")
        var rules: [String: ChartRules] = [:]
        for application in reading.mapping(path)?.keys ?? [] {
            rules[application] = ChartRules(&reading, path.appending(application))
        }
        return rules
    }
}

extension Settings.ChartRules {
    init?(_ reading: inout StrictReading, _ path: FieldPath) {
        guard reading.hasObject(path, known: SettingsFields.chartRules) else { return nil }
        self.init(
            looksUp: reading.bool(path.appending("lookup")) ?? false,
            renderer: reading.choice(path.appending("renderer")) ?? .tidemark)
        if looksUp, renderer == .helm {
            reading.refuse(
                path.appending("lookup"),
                "has no effect with renderer: helm, which asks no cluster",
                hint: "keep one of them")
        }
    }
}
