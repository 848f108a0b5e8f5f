public import EventLog

extension [SourceRevision] {
    /// Such as `platform 1a2b3c4, nginx 15.2.0`: each repository with its commit and each chart with its version, once.
    public var text: String {
        var parts: [String] = []
        for source in self {
            let part =
                if let chart = source.chart {
                    "\(chart) \(source.version ?? "")"
                } else {
                    "\(source.repository) \(source.commit?.prefix(7) ?? "")"
                }
            if !parts.contains(part) { parts.append(part) }
        }
        return parts.joined(separator: ", ")
    }
}
