public import Model

/// Why the `helm` program rendered nothing.
public enum HelmProgramError: Error, Equatable, Sendable {
    case missing(String)
    case deadline(Duration)
    /// What Helm said; it may repeat values.
    case failed(String)
    /// The program could not be run, or its folder not be written.
    case broken(String)
}

extension HelmProgramError: Diagnostic {
    public var summary: String {
        switch self {
        case .missing(let name): "the program \(name) is not installed"
        case .deadline(let deadline): "helm did not end within \(deadline)"
        case .failed: "helm refused"
        case .broken: "helm cannot be run"
        }
    }

    public var cause: String? {
        switch self {
        case .missing, .deadline: nil
        case .failed(let message), .broken(let message): message
        }
    }

    public var hint: String? {
        switch self {
        case .missing:
            "install Helm where tidemark runs, or take renderer: helm out of tidemark.yaml"
        case .deadline, .failed, .broken: nil
        }
    }
}
