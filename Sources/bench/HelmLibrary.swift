internal import Glibc

/// The real Helm as a library in this process, found at run time: the package `helm-python-sdk` of PyPI has it.
///
/// Source: helm_python/_native.py of that package, which has the signatures
struct HelmLibrary {
    private typealias Text = UnsafeMutablePointer<CChar>
    private typealias TextOut = UnsafeMutablePointer<Text?>
    private typealias Load =
        @convention(c) (UnsafePointer<CChar>?, UnsafeMutablePointer<UInt64>?, TextOut?) -> Int32
    private typealias Render =
        @convention(c) (
            UInt64, UnsafePointer<CChar>?, UnsafePointer<CChar>?, TextOut?, TextOut?
        ) -> Int32
    private typealias Free = @convention(c) (UInt64, TextOut?) -> Int32
    private typealias FreeText = @convention(c) (Text?) -> Void
    private typealias Version = @convention(c) () -> UnsafePointer<CChar>?

    /// Of Helm, such as `v4.3.1`.
    let version: String
    private let load: Load
    private let render: Render
    private let free: Free
    private let freeText: FreeText

    init(_ path: String) throws {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw BenchFailure("cannot open \(path): \(String(cString: dlerror()))")
        }
        func symbol<Symbol>(_ name: String, as type: Symbol.Type) throws -> Symbol {
            guard let address = dlsym(library, name) else {
                throw BenchFailure("\(path) has no \(name)")
            }
            return unsafeBitCast(address, to: type)
        }
        load = try symbol("helm_chart_load", as: Load.self)
        render = try symbol("helm_render", as: Render.self)
        free = try symbol("helm_chart_free", as: Free.self)
        freeText = try symbol("helm_free_string", as: FreeText.self)
        let version = try symbol("helm_sdk_version", as: Version.self)
        self.version = version().map { String(cString: $0) } ?? "of no version"
    }

    /// Loads the chart of a folder and renders it with its defaults.
    ///
    /// - Returns: How many bytes came of it, as JSON.
    func rendered(_ folder: String) throws -> Int {
        var chart: UInt64 = 0
        var error: Text?
        defer { freeText(error) }
        guard load(folder, &chart, &error) == 0 else { throw failure(error) }
        defer { _ = free(chart, nil) }
        var output: Text?
        let options = #"{"name": "rel", "namespace": "ns1"}"#
        guard render(chart, nil, options, &output, &error) == 0, let output else {
            throw failure(error)
        }
        defer { freeText(output) }
        return strlen(output)
    }

    private func failure(_ text: Text?) -> BenchFailure {
        BenchFailure(text.map { String(cString: $0) } ?? "Helm failed without a message")
    }
}
