import Testing

@testable import AuthFCGI

/// The grammar of JSON (RFC 8259).
struct JSONGrammarTests {
    @Test(arguments: [
        "{}", "[]", " [ ] ", "\t{\r\n} ", "null", "true", "false", "0", "-0", "10", "-1.5", "1e5", "0.10E-07",
        "1E+2", "\"\"", #""a\"\\\/\b\f\n\r\té\u00e9\uD83D""#, "[1,2,[3,{}],[]]",
        #"{"a":{"b":[{"c":[]}]},"a":null}"#, #"{ "a" : 1 , "b" : [ true , false ] }"#, "\"\u{7f}\u{2028}\"",
    ])
    func `JSON is accepted`(_ text: String) {
        #expect(JSONGrammar.accepts(Array(text.utf8)))
    }

    @Test(arguments: [
        "", " ", "{", "[", "}", "]", "[1,]", "[,]", "[,1]", "[1 2]", "[1,,2]", #"{"a":1,}"#, "{,}", #"{"a"}"#,
        #"{"a":}"#, #"{"a" 1}"#, #"{a:1}"#, #"{'a':1}"#, "{1:2}", #"{"a":1]"#, "[1}", #"{"a":1 "b":2}"#,
        #"{"a":1}}"#, "[]]", "[] x", "1 2", "01", "-", "-a", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x1", "NaN",
        "Infinity", "-Infinity", "nul", "truex", "True", "\"", "\"a", "\"a\nb\"", "\"a\tb\"", #""\x""#, #""\u12""#,
        #""\u12g4""#, #""\""#, #""\u12"#, "'a'", "[1] // x", "/**/1", "\u{a0}1", "\u{feff}1", "\u{c}1",
    ])
    func `anything else is refused`(_ text: String) {
        #expect(!JSONGrammar.accepts(Array(text.utf8)))
    }

    @Test func `bytes that are not UTF-8 are refused wherever they stand`() {
        for bytes in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]] as [[UInt8]] {
            #expect(!JSONGrammar.accepts(Array("[\"".utf8) + bytes + Array("\"]".utf8)))
        }
    }

    @Test func `depth costs no stack`() {
        let depth = 100_000
        let open = [UInt8](repeating: UInt8(ascii: "["), count: depth)
        #expect(!JSONGrammar.accepts(open))
        #expect(JSONGrammar.accepts(open + [UInt8](repeating: UInt8(ascii: "]"), count: depth)))
    }
}
