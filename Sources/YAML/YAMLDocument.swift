public import Model

/// One document of a YAML file: its values, and where each of them is written.
public struct YAMLDocument: Sendable {
    public let root: Node
    let marks: YAMLMarks
    /// Index of the root's mark.
    let rootMark: Int

    init(root: Node, marks: YAMLMarks, rootMark: Int) {
        self.root = root
        self.marks = marks
        self.rootMark = rootMark
    }

    /// Where the value at `path` begins.
    ///
    /// Of a value that stands behind an alias or came with a merge key: where it is written, beside
    /// its anchor. Of a path that does not exist: the deepest value on the way that does.
    public func location(of path: FieldPath, in file: String) -> SourceLocation {
        let mark = marks.marks[index(of: path)]
        return SourceLocation(file: file, line: Int(mark.line), column: Int(mark.column))
    }

    /// Where the key of the field at `path` begins; of a list element, where its value does.
    public func keyLocation(of path: FieldPath, in file: String) -> SourceLocation {
        let mark = marks.marks[index(of: path)]
        guard mark.keyLine > 0 else {
            return SourceLocation(file: file, line: Int(mark.line), column: Int(mark.column))
        }
        return SourceLocation(file: file, line: Int(mark.keyLine), column: Int(mark.keyColumn))
    }

    private func index(of path: FieldPath) -> Int {
        var node = root
        var index = rootMark
        for step in path.steps {
            guard let position = node.position(of: step), let child = node.child(at: position)
            else { break }
            index = marks.child(position, of: index)
            node = child
        }
        return index
    }
}

extension Node {
    /// The position of the child that `step` means, among the entries or elements.
    fileprivate func position(of step: FieldPath.Step) -> Int? {
        switch (self, step) {
        case (.object(let mapping), .key(let key)): mapping.position(of: key)
        case (.array(let elements), .index(let index)):
            elements.indices.contains(index) ? index : nil
        case (.array(let elements), .element(let keys)):
            elements.firstIndex { element in
                keys.allSatisfy { element[$0.field]?.scalarText == $0.value }
            }
        case (.array(let elements), .value(let text)):
            elements.firstIndex { $0.scalarText == text }
        default: nil
        }
    }

    fileprivate func child(at position: Int) -> Node? {
        switch self {
        case .object(let mapping): mapping[position].value
        case .array(let elements): elements[position]
        default: nil
        }
    }
}

/// Where the values of one file are written: one flat array in preorder, shared by its documents.
///
/// 1. The children of mark *i* begin at `marks[i].children`; each next one at the `next` of the one
///    before it. How many there are, the tree itself says.
/// 2. Normally `children == i + 1`. For an alias it points into the anchor's subtree; for an object
///    with a merge key it points to a row of references that follows the object's own subtree.
struct YAMLMarks: Sendable {
    struct Mark: Sendable {
        var line: UInt32
        var column: UInt32
        /// 0 when the value has no key.
        var keyLine: UInt32 = 0
        var keyColumn: UInt32 = 0
        var children: UInt32
        var next: UInt32
    }

    var marks: [Mark] = []

    /// The index of the child at `position`, which must exist.
    func child(_ position: Int, of parent: Int) -> Int {
        var index = Int(marks[parent].children)
        for _ in 0..<position { index = Int(marks[index].next) }
        return index
    }
}
