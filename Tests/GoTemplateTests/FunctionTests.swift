import GoTemplate
import Testing

struct FunctionTests {
    @Test func theSignatureFollowsFromTheClosure() {
        let trunc = Function("trunc") { (count: Int, text: ByteString) in
            ByteString(text.bytes.prefix(count))
        }
        #expect("\(trunc.type)" == "func(int, string) string")
        let list = Function(variadic: "list") { (items: [Value]) in List(items) }
        #expect("\(list.type)" == "func(...interface {}) []interface {}")
    }
}
