public import Foundation

extension FileHandle {
    /// Gives `sink` what arrives, and ends it when the other end is closed; a thread of its own reads.
    ///
    /// `readabilityHandler` would be shorter, but Dispatch can look at its source once more after the descriptor
    /// was closed with the handle, and then the process ends with a bad pointer.
    public func readTexts(into sink: AsyncStream<String>.Continuation) {
        let reader = Thread {
            while true {
                let data = self.availableData
                if data.isEmpty { break }
                sink.yield(String(decoding: data, as: UTF8.self))
            }
            sink.finish()
        }
        reader.start()
    }
}
