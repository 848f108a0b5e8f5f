internal import Compression
internal import Model

/// Reads the files of a chart's archive, a tar file that is compressed by gzip.
///
/// The first part of each path, the chart's own folder, is taken off. What leaves that folder is refused, as are
/// archives that unpack to more than Helm takes.
///
/// Source: https://github.com/helm/helm/blob/v4.1.0/pkg/chart/loader/archive/archive.go
public func unpackedChart(_ bytes: [UInt8]) throws(ChartError) -> [ChartFile] {
    let tar: [UInt8]
    do {
        tar = try gunzipped(bytes, limit: ArchiveLimits.chart)
    } catch {
        throw ChartError(
            error == .tooLarge
                ? "decompressed chart is larger than the maximum size \(ArchiveLimits.chart)"
                : "gzip: invalid header")
    }
    var files: [ChartFile] = []
    for entry in try TarEntry.all(in: tar) where !entry.isFolder {
        let name = try chartPath(entry.name)
        guard entry.content.count <= ArchiveLimits.file else {
            throw ChartError(
                "decompressed chart file \"\(entry.name)\" is larger than the maximum file size "
                    + "\(ArchiveLimits.file)")
        }
        files.append(ChartFile(name: name, bytes: withoutByteOrderMark(tar[entry.content])))
    }
    guard !files.isEmpty else { throw ChartError("no files in chart archive") }
    return files
}

/// What one archive may unpack to, in bytes.
///
/// Source: archive.go, MaxDecompressedChartSize and MaxDecompressedFileSize
enum ArchiveLimits {
    static let chart = 100 << 20
    static let file = 5 << 20
}

func withoutByteOrderMark(_ bytes: some Collection<UInt8>) -> [UInt8] {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : Array(bytes)
}

/// The path of a file below the chart's folder.
private func chartPath(_ name: String) throws(ChartError) -> String {
    let separator: Character = name.contains("\\") ? "\\" : "/"
    let parts = name.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.first != "Chart.yaml" else { throw ChartError("chart yaml not in base directory") }
    let rest = parts.dropFirst()
    if rest.first == "", rest.count > 1 {
        throw ChartError("chart illegally contains absolute paths")
    }
    var clean: [Substring] = []
    for part in rest {
        switch part {
        case "", ".": continue
        case "..":
            guard !clean.isEmpty else {
                throw ChartError("chart illegally references parent directory")
            }
            clean.removeLast()
        default: clean.append(part)
        }
    }
    guard let first = clean.first else {
        throw ChartError(
            "chart illegally contains content outside the base directory: \"\(name)\"")
    }
    if first.count == 2, first.last == ":", first.first?.isLetter == true, clean.count > 1 {
        throw ChartError("chart contains illegally named files")
    }
    return clean.joined(separator: "/")
}

/// One file of a tar archive: its name, and where in the archive its content stands.
///
/// Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html (ustar and pax formats), and GNU
/// tar's long names (type `L`)
struct TarEntry {
    var name: String
    var content: Range<Int>
    var isFolder: Bool

    private static let blockSize = 512

    static func all(in bytes: [UInt8]) throws(ChartError) -> [TarEntry] {
        var entries: [TarEntry] = []
        var place = 0
        var longName: String?
        while place + blockSize <= bytes.count {
            let header = bytes[place..<place + blockSize]
            if header.allSatisfy({ $0 == 0 }) { break }
            guard isChecksumRight(header), let size = number(header, at: 124, 12) else {
                throw ChartError("archive/tar: invalid tar header")
            }
            place += blockSize
            guard size <= bytes.count - place else { throw ChartError("unexpected EOF") }
            let content = place..<place + size
            place += (size + blockSize - 1) / blockSize * blockSize
            switch header[header.startIndex + 156] {
            case UInt8(ascii: "L"): longName = text(bytes[content])
            case UInt8(ascii: "x"): longName = paxPath(bytes[content]) ?? longName
            case UInt8(ascii: "g"): continue
            case let type:
                let name = longName ?? shortName(header)
                longName = nil
                // Links and devices have no content of their own; Helm reads them as empty files.
                entries.append(
                    TarEntry(
                        name: name, content: content,
                        isFolder: type == UInt8(ascii: "5") || name.hasSuffix("/")))
            }
        }
        return entries
    }

    private static func shortName(_ header: ArraySlice<UInt8>) -> String {
        let start = header.startIndex
        let name = text(header[start..<start + 100])
        guard header[start + 257..<start + 262].elementsEqual("ustar".utf8) else { return name }
        let prefix = text(header[start + 345..<start + 500])
        return prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits, with spaces and zeros around them.
    private static func number(_ header: ArraySlice<UInt8>, at offset: Int, _ length: Int) -> Int? {
        let start = header.startIndex + offset
        var value = 0
        var hasEnded = false
        for byte in header[start..<start + length] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                guard !hasEnded, value < 1 << 40 else { return nil }
                value = value << 3 | Int(byte - UInt8(ascii: "0"))
            case 0x20, 0: hasEnded = hasEnded || value > 0
            default: return nil
            }
        }
        return value
    }

    /// The sum of all bytes of the header, its own field taken as spaces.
    private static func isChecksumRight(_ header: ArraySlice<UInt8>) -> Bool {
        var sum = 8 * 0x20
        for (offset, byte) in header.enumerated() where !(148..<156).contains(offset) {
            sum += Int(byte)
        }
        return number(header, at: 148, 8) == sum
    }

    /// `path` of the records `LENGTH KEY=VALUE\n` of a pax header.
    private static func paxPath(_ bytes: ArraySlice<UInt8>) -> String? {
        var rest = bytes
        var path: String?
        while let space = rest.firstIndex(of: 0x20),
            let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
            length > 0, length <= rest.count
        {
            let end = rest.startIndex + length
            guard end > space + 1 else { break }
            let record = rest[space + 1..<end - 1]
            if record.starts(with: "path=".utf8) {
                path = String(decoding: record.dropFirst(5), as: UTF8.self)
            }
            rest = rest[end...]
        }
        return path
    }
}
