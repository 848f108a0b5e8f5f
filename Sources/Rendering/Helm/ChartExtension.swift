package import GoTemplate

/// Functions for charts that another target brings, such as those that need cryptography.
public struct ChartExtension: Sendable {
    package let functions: [Function]

    package init(_ functions: [Function]) { self.functions = functions }
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
