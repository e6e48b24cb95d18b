import Testing

@testable import AuthFCGI

struct MediaTypeTests {
    @Test(arguments: [
        "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=utf-8",
        " application/json ", "application/json ;x", "application/json\t;x", "application/json\t",
        "\tapplication/json \t ;x",
    ])
    func `a media type is not case-sensitive and may have parameters`(_ text: String) {
        #expect(MediaType(contentType: text) == .json)
    }

    @Test func `the media type of a form is recognised`() {
        #expect(MediaType(contentType: "application/x-www-form-urlencoded") == .form)
        #expect(MediaType(contentType: "application/x-www-form-urlencoded; charset=UTF-8") == .form)
    }

    @Test(arguments: [
        "", ";", " ", "json", "application/jsonx", "application/json,application/json", "text/json",
        "application /json",
        "application/json x", "application/x-www-form-urlencodedx", "multipart/form-data",
        "text/plain", "application\t/json", "application/json\tx",
    ])
    func `every other media type is refused`(_ text: String) {
        #expect(MediaType(contentType: text) == nil)
    }
}
