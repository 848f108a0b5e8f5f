/// What stands around actions: `{{` and `}}` unless chosen otherwise.
public struct Delimiters: Hashable, Sendable {
    public var left: ByteString
    public var right: ByteString

    /// Empty ones stand for the usual.
    public init(left: ByteString = "{{", right: ByteString = "}}") {
        self.left = left.isEmpty ? "{{" : left
        self.right = right.isEmpty ? "}}" : right
    }
}

/// One template, by itself: a file, or what a `define` in it defines.
struct Template: Sendable {
    let name: ByteString
    let tree: Tree
    let root: NodeID
    /// How many variables it has at most at a time, `$` included.
    let slotCount: Int
    /// Nothing but spaces: it never takes the place of another template of its name.
    let isBlank: Bool
}

/// Templates that can call each other by name.
///
///     var templates = TemplateSet()
///     try templates.parse("Hello {{ .name | printf \"%q\" }}", as: "greeting")
///     let text = try templates.render("greeting", with: .map(Map([("name", "Ann")])))
///
/// A set is a value: a copy that parses more leaves the first as it was.
public struct TemplateSet: Sendable {
    public let functions: FunctionTable
    public let delimiters: Delimiters
    private var templates = ByteTable<Template>()

    public init(functions: FunctionTable = FunctionTable(), delimiters: Delimiters = Delimiters()) {
        self.functions = functions
        self.delimiters = delimiters
    }

    /// The names of all templates, in order.
    public var names: [ByteString] { templates.keys.sorted() }

    public func contains(_ name: ByteString) -> Bool { templates[name] != nil }

    subscript(name: ByteString) -> Template? { templates[name] }

    /// Reads a text as the template `name`, and with it those that it defines.
    ///
    /// A template takes the place of one that has its name, unless it is blank.
    ///
    /// - Throws: an error of kind `parse`, `template: NAME:LINE: …`.
    public mutating func parse(_ text: ByteString, as name: ByteString) throws(TemplateError) {
        add(try parsed(text, as: name))
    }

    /// The templates of a text, the one called `name` last.
    func parsed(_ text: ByteString, as name: ByteString) throws(TemplateError) -> [Template] {
        var parser = Parser(
            Lexer.read(text, delimiters, hiding: functions.hiddenKeywords), of: text, name: name,
            functions: functions)
        return try parser.parse()
    }

    mutating func add(_ parsed: [Template]) {
        for template in parsed where !template.isBlank || templates[template.name] == nil {
            templates[template.name] = template
        }
    }
}
