package import GoTemplate

/// Functions for charts that another target brings, such as those that need cryptography.
public struct ChartExtension: Sendable {
    /// All functions of charts, with those of the extension.
    let functions: FunctionTable
    /// What those of the extension take from outside, besides what all charts are given.
    let parts: [any Sendable]

    /// - Parameter functions: A table made once by `functions(with:)`.
    package init(_ functions: FunctionTable, given parts: [any Sendable]) {
        self.functions = functions
        self.parts = parts
    }

    /// No functions but those that all charts have.
    public static let none = ChartExtension(functions(with: []), given: [])

    /// The functions that all charts have, and more.
    package static func functions(with more: [Function]) -> FunctionTable {
        FunctionTable(
            Sprig.functions + Serialization.functions + Inclusion.all + ChartFunctions.all + more)
    }
}

/// Remembers what a chart made once and cannot make again, such as a private key.
public struct ChartKeeper: Sendable {
    /// What stands under a label at a place, or else what is made now, which is kept.
    ///
    /// The label names everything that what is made depends on: with another one it is made anew.
    public var recall:
        @Sendable (_ site: ChartCallSite, _ label: String, _ make: () throws -> [UInt8]) throws
            -> [UInt8]

    public init(
        recall: @escaping @Sendable (ChartCallSite, String, () throws -> [UInt8]) throws -> [UInt8]
    ) { self.recall = recall }

    /// Makes everything anew each time, as Helm does.
    public static let forgetful = ChartKeeper { _, _, make in try make() }
}
