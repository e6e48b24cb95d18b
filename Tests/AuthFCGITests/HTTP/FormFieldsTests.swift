import TestSupport
import Testing

@testable import AuthFCGI

struct FormFieldsTests {
    private static func fields(_ body: String) throws(FormFields.Problem) -> FormFields {
        try FormFields(Array(body.utf8))
    }

    @Test func `fields have names and values`() throws {
        let form = try Self.fields("username=ann&password=p%40ss+w%C3%B6rd%21&remember=on&empty=")
        #expect(form["username"] == "ann" && form["password"] == "p@ss wörd!" && form["remember"] == "on")
        #expect(form["empty"]?.isEmpty == true && form["Username"] == nil && form["rd"] == nil)
    }

    @Test func `an empty body is a form without fields`() throws {
        #expect(try Self.fields("")["a"] == nil)
    }

    @Test(arguments: [
        ("a=%26%3D%2B%25", "&=+%"), ("a=b=c", "b=c"), ("a==", "="), ("a=%2541", "%41"), ("a=+", " "), ("a=%20", " "),
        ("a=%0D%0A", "\r\n"), ("a=p@ss!*'()~;/?", "p@ss!*'()~;/?"), ("%61=x", "x"), ("a=%f0%9f%94%91", "🔑"),
    ])
    func `a value is decoded once, byte for byte`(_ body: String, _ value: String) throws {
        #expect(try Array(#require(Self.fields(body)["a"]).utf8) == Array(value.utf8))
    }

    @Test(arguments: [
        "a", "=", "=x", "&", "a=1&", "&a=1", "a=1&&b=2", "a=%", "a=%4", "a=%zz", "%=1", "a=%u0041", "a= ", " a=1",
        "a=1\n", "a=1\r\n", "a=\t", "a=é", "a=1&b", "{\"username\":\"ann\"}", "a=\u{0}", "a\u{0}=1", "a=\u{7f}",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--",
    ])
    func `a body that no browser sends as a form is refused`(_ body: String) {
        #expect(throws: FormFields.Problem.malformed) { try Self.fields(body) }
    }

    @Test(arguments: ["a=%ff", "a=%c0%80", "a=%ed%a0%80", "a=%e2%82", "%ff=a", "a=%F5%80%80%80", "a=%80"])
    func `bytes that are not UTF-8 are refused`(_ body: String) {
        #expect(throws: FormFields.Problem.notUTF8) { try Self.fields(body) }
    }

    @Test(arguments: ["a=%00", "a=x%00y", "%00=a", "a%00=1&a=2"])
    func `a NUL is refused, even if it is escaped`(_ body: String) {
        #expect(throws: FormFields.Problem.containsNUL) { try Self.fields(body) }
    }

    @Test(arguments: ["a=1&a=1", "a=1&a=2", "a=1&b=2&%61=3", "a=&a=", "a+b=1&a%20b=2"])
    func `a duplicate field is refused, even if it is escaped differently`(_ body: String) {
        #expect(throws: FormFields.Problem.repeatedField) { try Self.fields(body) }
    }

    @Test func `too many fields are refused`() throws {
        func body(_ count: Int) -> String { (0..<count).map { "f\($0)=" }.joined(separator: "&") }
        #expect(try Self.fields(body(FormFields.maxFields))["f31"]?.isEmpty == true)
        #expect(throws: FormFields.Problem.tooManyFields) { try Self.fields(body(FormFields.maxFields + 1)) }
        #expect(throws: FormFields.Problem.malformed) { try Self.fields(String(repeating: "&", count: 8192)) }
    }

    @Test func `names that differ only in Unicode composition are duplicates`() {
        #expect(throws: FormFields.Problem.repeatedField) { try Self.fields("%C3%A9=1&e%CC%81=2") }
    }

    @Test func `any bytes are read or refused`() throws {
        var generator = SeededGenerator(seed: 20)
        let alphabet = Array("a%=&+41fF\u{0} é".utf8)
        for _ in 0..<20_000 {
            let body = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            guard let form = try? FormFields(body) else { continue }
            #expect(body.isEmpty || body.contains(UInt8(ascii: "=")))
            #expect(form["a"]?.utf8.contains(0) != true)
        }
    }

    @Test func `every problem has a message for the client`() {
        for problem in FormFields.Problem.allCases { #expect(!problem.message.isEmpty) }
    }
}
