internal import CGit2

/// One object of libgit2, freed when the value goes away.
struct Handle: ~Copyable {
    let pointer: OpaquePointer
    private let free: (OpaquePointer?) -> Void

    init(_ pointer: OpaquePointer, free: @escaping (OpaquePointer?) -> Void) {
        self.pointer = pointer
        self.free = free
    }

    deinit { free(pointer) }
}

/// What libgit2 takes for "none" where there is no handle.
func pointer(of handle: borrowing Handle?) -> OpaquePointer? {
    switch handle {
    case .some(let handle): handle.pointer
    case .none: nil
    }
}

/// Makes a handle by the call that fills in a pointer.
///
/// - Throws: `failure` of the message and code of libgit2 when the call fails.
func gitHandle(
    _ what: @autoclosure () -> String, free: @escaping (OpaquePointer?) -> Void,
    _ call: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
) throws(GitError) -> Handle {
    var pointer: OpaquePointer?
    try check(what(), call(&pointer))
    guard let pointer else { throw .damaged(what(), message: "libgit2 gave nothing") }
    return Handle(pointer, free: free)
}

/// Throws the last error of libgit2 when `code` is negative.
///
/// Must run in the job of the failed call: the error is kept per thread.
@discardableResult
func check(_ what: @autoclosure () -> String, _ code: Int32) throws(GitError) -> Int32 {
    if code >= 0 { return code }
    switch code {
    case GIT_ENOTFOUND.rawValue: throw .missing(what())
    case GIT_ELOCKED.rawValue: throw .busy(folder: what())
    default: throw .damaged(what(), message: lastMessage())
    }
}

func lastMessage() -> String {
    guard let error = git_error_last(), let text = error.pointee.message else { return "" }
    return String(cString: text)
}

func lastClass() -> Int32 { git_error_last().map { $0.pointee.klass } ?? 0 }
