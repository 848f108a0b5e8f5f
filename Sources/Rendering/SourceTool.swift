internal import Model

/// The program a folder is written for, when it is not a plain one.
///
/// Argo CD looks for these files in the folder itself, not below.
///
/// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/tool_detection/
enum SourceTool: String {
    case helm = "Helm"
    case kustomize = "Kustomize"

    /// The tool whose file has this name.
    init?(fileName: String) {
        switch fileName {
        case "Chart.yaml": self = .helm
        // Source: https://github.com/kubernetes-sigs/kustomize/blob/master/api/konfig/general.go
        case "kustomization.yaml", "kustomization.yml", "Kustomization": self = .kustomize
        default: return nil
        }
    }
}
