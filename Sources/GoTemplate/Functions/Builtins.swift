/// The functions of Go's text/template itself.
///
/// https://pkg.go.dev/text/template#hdr-Functions
public enum Builtins {
    public static let all: [Function] = escaping
}
