import Digests
import Model
import YAML

/// Ten characters that stand for the contents of a Pod template.
///
/// Kubernetes hashes a dump of its own structures, which nobody else can repeat; that equal templates
/// have equal hashes is all that clients may rely on.
func templateHash(_ template: Node?) -> String {
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    return String(
        Digest(of: canonicalJSON(template ?? .null)).bytes.prefix(10)
            .map { alphabet[Int($0) % alphabet.count] })
}
