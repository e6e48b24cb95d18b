import Testing

@testable import AuthFCGI

struct JSONKeysTests {
    @Test(
        arguments: [
            ("{}", []), ("[]", []), ("\"x\"", []), ("1", []), (#"{"a":1}"#, ["a"]),
            (#"{"a":1,"b":"x","a":null}"#, ["a", "b", "a"]),
            (#"{ "a" : {"b":1,"c":{"d":2}} , "e" : [{"f":1},"g"] }"#, ["a", "e"]), (#"[{"a":1}]"#, []),
            (#"{"a":"b:c","d":"{\"e\":1}"}"#, ["a", "d"]), (#"{"\u0061":1,"a":2}"#, ["a", "a"]),
            (#"{"a\"b":1,"a\\":2,"\\\"":3}"#, ["a\"b", "a\\", "\\\""]), (#"{"":1}"#, [""]), (#"{"é":1}"#, ["é"]),
            (#"{"a":"\\","b":1}"#, ["a", "b"]), (#"{"\ud83d\udd11":1}"#, ["🔑"]), (#"{"}":1,"]":2}"#, ["}", "]"]),
        ] as [(String, [String])])
    func `the keys of the outermost object are found, in order`(_ json: String, _ keys: [String]) {
        #expect(JSONKeys.topLevel(of: Array(json.utf8)) == keys)
    }
}
