import Testing

@testable import AuthFCGI

struct JSONOutputTests {
    @Test(arguments: [
        (#"{"a":"x\u001b[2J"}"#, #"{"a":"x\u001b[2J"}"#),
        ("[\"\u{9b}31m\u{85}\u{7f}\"]", #"["\u009b31m\u0085\u007f"]"#),
        ("[\"\u{202e}abc\u{2066}\u{200b}\u{2028}\u{2029}\u{feff}\"]", #"["\u202eabc\u2066\u200b\u2028\u2029\ufeff"]"#),
        // Beyond the basic plane, written as two escapes: an invisible tag character.
        ("[\"\u{e0041}\"]", #"["\udb40\udc41"]"#), ("[\"Zoë 漢字 🔑\"]", "[\"Zoë 漢字 🔑\"]"), ("[]", "[]"),
    ])
    func `characters that have an effect on a terminal are escaped`(_ json: String, _ escaped: String) {
        #expect(JSONOutput.escaped(json) == escaped)
    }
}
