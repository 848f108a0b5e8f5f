extension Settings.Identity {
    /// Who an account is: the name of the identity that has it, or else the account itself.
    ///
    /// The name of an identity is an account of it, too. Mail addresses are compared without regard to case.
    public static func person(_ account: String, among identities: [Self]) -> String {
        let wanted = folded(account)
        let identity = identities.first {
            folded($0.name) == wanted || $0.accounts.contains { folded($0) == wanted }
        }
        return identity?.name ?? wanted
    }

    private static func folded(_ account: String) -> String {
        account.contains("@") ? account.lowercased() : account
    }
}
