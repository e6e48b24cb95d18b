import Testing

@testable import AuthFCGI

@Suite struct PercentEncodingTests {
    /// Returns the text as encoded by each of the appending functions.
    private func encoded(_ text: String, _ separator: UInt8?) -> (array: String, writer: String) {
        var array: [UInt8] = []
        PercentEncoding.append(text.utf8Span.span, alsoEncoding: separator, to: &array)
        let written = unsafe [UInt8](unsafeUninitializedCapacity: 3 * text.utf8.count + 1) { buffer, count in
            var writer = unsafe ByteWriter(buffer)
            PercentEncoding.append(text.utf8Span.span, alsoEncoding: separator, to: &writer)
            count = writer.count
        }
        return (String(decoding: array, as: UTF8.self), String(decoding: written, as: UTF8.self))
    }

    @Test(arguments: [
        ("a", "a", "a"), ("b,c", "b,c", "b%2Cc"), (" d", "%20d", "%20d"), ("e%", "e%25", "e%25"), ("", "", ""),
        ("x\r\ny", "x%0D%0Ay", "x%0D%0Ay"), (",", ",", "%2C"), ("Zoë,", "Zo%C3%AB,", "Zo%C3%AB%2C"),
    ])
    func `commas are encoded in an element of a list only`(_ text: String, _ plain: String, _ element: String) {
        #expect(encoded(text, nil) == (plain, plain))
        #expect(encoded(text, UInt8(ascii: ",")) == (element, element))
    }
}
