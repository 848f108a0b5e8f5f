/// One rendering in progress, and what functions may use of it.
///
/// Functions get it as `inout`: they call templates, charge for their work, and ask where they are called.
public struct Execution: ~Copyable {
    public let limits: Limits
    let missingKey: MissingKey
    let surroundings: Surroundings
    /// What templates call by name; `renderText` adds to it for a while.
    public internal(set) var templates: TemplateSet
    let functions: [Function]

    /// What was written so far.
    var output: [UInt8] = []
    /// The variables of all templates that run, one frame after another.
    var variables: [Operand] = []
    /// The template that runs, its tree, and where its frame begins.
    var template: Template
    var tree: Tree
    var base = 0
    /// The node that errors name: the one evaluated last.
    var node = NodeID.none
    var callNode = NodeID.none
    var depth = 0
    /// Branches, loops and pipelines that are open, in all templates together.
    var nesting = 0
    /// Texts that were parsed before, by text.
    var parsedTexts: [ByteString: [Template]] = [:]
    /// How many times each template is being included now.
    var inclusions = ByteTable<Int>()

    /// Whether what writes and what is read is noted.
    var isTracing = false
    var recorder = Recorder()

    /// What wrote the pieces of the output, of the template that was asked for.
    var marks: [WrittenText.Mark] = []

    /// Steps and bytes used up so far.
    public internal(set) var steps = 0
    public internal(set) var bytes = 0

    init(
        _ template: Template, of templates: TemplateSet, _ surroundings: Surroundings,
        missingKey: MissingKey, limits: Limits
    ) {
        self.limits = limits
        self.missingKey = missingKey
        self.surroundings = surroundings
        self.templates = templates
        functions = templates.functions.functions
        self.template = template
        tree = template.tree
    }

    /// Where the function that runs now is called.
    public var callSite: CallSite {
        callNode == .none
            ? CallSite(template: "\(tree.name)", line: 1, column: 0) : tree.location(of: callNode)
    }

    /// Counts work that grows with a value: elements made, bytes looked through.
    ///
    /// - Throws: when the limit is used up. Functions charge before they make the value.
    public mutating func charge(steps count: Int) throws(TemplateError) {
        let (sum, isOver) = steps.addingReportingOverflow(max(count, 0))
        steps = isOver ? .max : sum
        if steps > limits.steps { throw outOfSteps() }
    }

    /// Charges for reading a text into values, before it is read.
    public mutating func charge(reading text: ByteString) throws(TemplateError) {
        try charge(steps: text.count / 8)
        try charge(bytes: text.count)
    }

    /// Counts bytes that a function is about to make.
    public mutating func charge(bytes count: Int) throws(TemplateError) {
        let (sum, isOver) = bytes.addingReportingOverflow(max(count, 0))
        bytes = isOver ? .max : sum
        if bytes > limits.bytes { throw outOfBytes() }
    }

    // MARK: Errors

    @inline(never)
    private func outOfSteps() -> TemplateError {
        failure("more than \(limits.steps) steps in one rendering", kind: .limit)
    }

    @inline(never)
    private func outOfBytes() -> TemplateError {
        failure("more than \(limits.bytes) bytes written in one rendering", kind: .limit)
    }

    @inline(never)
    func outOfDepth() -> TemplateError {
        failure("more than \(limits.depth) templates within each other", kind: .limit)
    }

    @inline(never)
    private func outOfNesting() -> TemplateError {
        failure(
            "more than \(limits.nesting) branches and pipelines within each other", kind: .limit)
    }

    /// Counts a branch or a pipeline that begins; who calls this counts down when it ends.
    ///
    /// - Parameter levels: about the KiB of stack that it takes.
    mutating func enterNesting(_ levels: Int = 1) throws(TemplateError) {
        nesting += levels
        if nesting > limits.nesting { throw outOfNesting() }
    }

    /// An error with the place and the text of the node evaluated last.
    @inline(never)
    func failure(
        _ message: String, cause: TemplateError? = nil, kind: TemplateError.Kind? = nil
    ) -> TemplateError {
        let name = "\(template.name)"
        let kind = kind ?? .execution(template: name)
        guard node != .none else {
            return TemplateError("template: \(name): \(message)", kind: kind, cause: cause)
        }
        let site = tree.location(of: node)
        var context = ByteString(tree.text(of: node))
        // Branches are printed with all that is in them, and only limits are found there.
        if kind == .limit, context.count > 60 { context = ByteString(context.bytes[..<57]) + "..." }
        let place = "\(site.template):\(site.line):\(site.column)"
        let executing = "executing \(quoted(template.name)) at <\(context)>"
        // Go wraps the text in another error, which only adds the place.
        return TemplateError(
            "template: \(place): \(executing): \(message)", kind: kind, cause: cause)
    }
}
