/// One rendering in progress: what functions may use of it.
public struct Execution: ~Copyable {
    public let limits: Limits
    /// Steps and bytes used up so far.
    public private(set) var steps = 0
    public private(set) var bytes = 0
    /// Where the function that runs now is called.
    public internal(set) var callSite = CallSite(template: "", line: 1, column: 0)

    init(limits: Limits) { self.limits = limits }

    /// Counts work that grows with a value: elements made, bytes looked through.
    ///
    /// - Throws: when the limit is used up. Functions charge before they make the value.
    public mutating func charge(steps count: Int) throws(TemplateError) {
        steps &+= max(0, count)
        if steps > limits.steps || steps < 0 {
            throw TemplateError("more than \(limits.steps) steps", kind: .limit)
        }
    }

    /// Counts bytes that a function is about to make.
    public mutating func charge(bytes count: Int) throws(TemplateError) {
        bytes &+= max(0, count)
        if bytes > limits.bytes || bytes < 0 {
            throw TemplateError("more than \(limits.bytes) bytes of text", kind: .limit)
        }
    }
}
