internal import Logging
internal import Model

/// Log lines on standard error, in the form of all other messages there.
struct ErrorStreamLog: LogHandler {
    let surroundings: Surroundings
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = surroundings.now().secondsText.dropFirst(11).prefix(8)
        surroundings.writeError("\(time) \(event.level): \(event.message)\n")
    }

    static func logger(level: Logger.Level) -> Logger {
        let surroundings = Surroundings.current
        return Logger(label: "tidemark") { _ in
            ErrorStreamLog(surroundings: surroundings, logLevel: level)
        }
    }
}
