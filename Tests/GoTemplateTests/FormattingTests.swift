import GoTemplate
import Testing

/// Values under formats, as Go's package fmt documents and prints them.
///
/// https://pkg.go.dev/fmt
struct FormattingTests {
    private func check(
        _ format: ByteString, _ values: Value..., gives expected: String,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect("\(formatted(format, values))" == expected, sourceLocation: location)
    }

    @Test func integersTakeRadixWidthAndSign() {
        check(
            "%d|%5d|%-5d|%05d|%+d|% d", .int(42), .int(42), .int(42), .int(42), .int(42), .int(42),
            gives: "42|   42|42   |00042|+42| 42")
        check(
            "%b %o %O %x %X %#x %#o %#b", .int(10), .int(10), .int(10), .int(255), .int(255),
            .int(255), .int(8), .int(5), gives: "1010 12 0o12 ff FF 0xff 010 0b101")
        check(
            "%c %q %U %#U", .int(0x4E16), .int(65), .int(0x1F600), .int(65),
            gives: "世 'A' U+1F600 U+0041 'A'")
        check(
            "%.3d|%8.3d|%x|%05d", .int(7), .int(-7), .int(-255), .int(-42),
            gives: "007|    -007|-ff|-0042")
        check("%d", .int64(.min), gives: "-9223372036854775808")
        check("%v %d", .uint8(97), .uint64(.max), gives: "97 18446744073709551615")
    }

    @Test func floatsAreWrittenAsStrconvDoes() {
        check(
            "%v %v %v %v %v %v", .float64(1), .float64(0.1), .float64(1e6), .float64(100000),
            .float64(12345678), .float64(1e-5), gives: "1 0.1 1e+06 100000 1.2345678e+07 1e-05")
        check(
            "%f %.2f %.0f %8.2f|%-8.2f|%08.2f", .float64(3.14159), .float64(2.675), .float64(2.5),
            .float64(3.14159), .float64(3.14159), .float64(-3.14159),
            gives: "3.141590 2.67 2     3.14|3.14    |-0003.14")
        check(
            "%e %E %.3e %g %.3g %G", .float64(123456.789), .float64(0.00012), .float64(99999),
            .float64(1e21), .float64(1234.5678), .float64(1e-10),
            gives: "1.234568e+05 1.200000E-04 1.000e+05 1e+21 1.23e+03 1E-10")
        check("%.20f", .float64(0.1), gives: "0.10000000000000000555")
        check(
            "%g %g %g", .float64(.leastNonzeroMagnitude), .float64(.greatestFiniteMagnitude),
            .float64(-0.0), gives: "5e-324 1.7976931348623157e+308 -0")
        check(
            "%v %v %v %+v %06.1f", .float64(.infinity), .float64(-.infinity), .float64(.nan),
            .float64(.infinity), .float64(.infinity), gives: "+Inf -Inf NaN +Inf   +Inf")
        check(
            "%x %X %.2x %b", .float64(1), .float64(0.15625), .float64(3.14159), .float64(1),
            gives: "0x1p+00 0X1.4P-03 0x1.92p+01 4503599627370496p-52")
        check(
            "%#g %#.3g %#v %#.0f", .float64(1), .float64(100000), .float64(1), .float64(3),
            gives: "1.00000 1.00e+05 1 3.")
        check("%+.1f % .1f %+g", .float64(1), .float64(1), .float64(-1), gives: "+1.0  1.0 -1")
    }

    @Test func stringsCountCharacters() {
        check(
            "%s|%6s|%-6s|%.2s|%06s", "héé", "héé", "héé", "héé", "héé",
            gives: "héé|   héé|héé   |hé|000héé")
        check(
            "%q %+q %#q %x %X %# x", "a\"b\n\u{1}é", "é😀", "a b", "hé", "hi", "abc",
            gives: "\"a\\\"b\\n\\x01é\" \"\\u00e9\\U0001f600\" `a b` 68c3a9 6869 0x61 0x62 0x63")
        check("%q", .string(ByteString([0xFF, 0x61])), gives: "\"\\xffa\"")
        check("% x|%8x|%-8x|", "hi", "hi", "hi", gives: "68 69|    6869|6869    |")
    }

    @Test func compositesNest() {
        let list = Value.list([.int(1), "a", .none, .bool(true), .list(["x"])])
        check("%v", list, gives: "[1 a <nil> true [x]]")
        check(
            "%#v", list,
            gives: "[]interface {}{1, \"a\", interface {}(nil), true, []interface {}{\"x\"}}")
        check("%d", list, gives: "[1 %!d(string=a) <nil> %!d(bool=true) [%!d(string=x)]]")
        let map = Value.map(Map([("b", .float64(2)), ("a", "one"), ("c", .map(Map()))]))
        check(
            "%v %s", map, map, gives: "map[a:one b:2 c:map[]] map[a:one b:%!s(float64=2) c:map[]]")
        check(
            "%#v", map,
            gives:
                "map[string]interface {}{\"a\":\"one\", \"b\":2, \"c\":map[string]interface {}{}}")
        check(
            "%v %s %x", .list(List(bytes: "hi")), .list(List(bytes: "hi")),
            .list(List(bytes: "hi")), gives: "[104 105] hi 6869")
        check(
            "%T %T %T %T %T", .int(1), .string("x"), list, map, .none,
            gives: "int string []interface {} map[string]interface {} <nil>")
        check("%q", .list(List(strings: ["a", "b"])), gives: "[\"a\" \"b\"]")
    }

    @Test func whatDoesNotFitIsSaid() {
        check("%d", "hi", gives: "%!d(string=hi)")
        check("%5d", "hi", gives: "%!d(string=   hi)")
        check("%s %d", .int(1), .none, gives: "%!s(int=1) %!d(<nil>)")
        check("%d", gives: "%!d(MISSING)")
        check("x", .int(1), "y", .none, gives: "x%!(EXTRA int=1, string=y, <nil>)")
        check("%!", gives: "%!!(MISSING)")
        check("%", gives: "%!(NOVERB)")
        check("%z", .int(3), gives: "%!z(int=3)")
        check("%t %t", .bool(true), .int(1), gives: "true %!t(int=1)")
        check("100%%", gives: "100%")
        check("%v %5v|%-7v|", .none, .none, .bool(true), gives: "<nil> <nil>|true   |")
    }

    @Test func indexesAndStarsChooseValues() {
        check("%[2]d %[1]d", .int(1), .int(2), gives: "2 1")
        check("%[2]*[1]d|", .int(12), .int(6), gives: "    12|")
        check(
            "%*d|%-*d|%.*f", .int(5), .int(42), .int(5), .int(42), .int(2), .float64(3.14159),
            gives: "   42|42   |3.14")
        check("%[3]d", .int(1), gives: "%!d(BADINDEX)")
        check("%[x]d", .int(1), gives: "%!d(BADINDEX)")
        check("%*d", "x", .int(1), gives: "%!(BADWIDTH)1")
        check("%.*d", "x", .int(1), gives: "%!(BADPREC)1")
    }

    @Test func printPutsSpacesBetweenWhatIsNoString() {
        #expect("\(printed([.int(1), .int(2), "a", .int(3), .int(4), .none]))" == "1 2a3 4 <nil>")
        #expect("\(printedLine([.int(1), "a", .none]))" == "1 a <nil>\n")
    }
}
