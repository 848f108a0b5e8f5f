public import Digests
public import Model
internal import YAML

extension SecretScrubber {
    /// - Parameter objects: Manifests of any kind, of which Secrets give their values.
    public init(objects: some Sequence<Node>) {
        var values: [[UInt8]] = []
        for object in objects where isSensitive(object) {
            for (_, value) in object["stringData"]?.objectValue ?? Mapping() {
                values.append(value.scalarText.map { Array($0.utf8) } ?? printJSON(value))
            }
            for (_, value) in object["data"]?.objectValue ?? Mapping() {
                guard secretToken(value) == nil, !value.isNull else { continue }
                let text = value.scalarText.map { Array($0.utf8) } ?? printJSON(value)
                values.append(text)
                if let bytes = value.stringValue.flatMap(Base64.decode) { values.append(bytes) }
            }
        }
        self.init(values: values)
    }
}
