import Testing

@testable import AuthFCGI

@Suite struct TemplateTagsTests {
    @Test func `tags are found with their kinds, names and lines`() {
        let text = """
            {{a}} {{#b.c}}{{^d}}
            {{/d}}{{> e-f }}{{<g}}{{$h}}
            {{! a comment
            of two lines }}{{{i}}}{{& j}}{{=<% %>=}} {{unfinished
            """
        let tags = TemplateTags.all(in: text)
        #expect(
            tags.map { "\($0.line) \($0.kind) \($0.name)" } == [
                "1 value a", "1 section b.c", "1 inverted d", "2 end d", "2 partial e-f", "2 partial g", "2 other $h",
                "3 other !acommentoftwolines", "4 value i", "4 value j", "4 delimiters =%%=",
            ])
        #expect(TemplateTags.line(of: "c", in: text) == 1 && TemplateTags.line(of: "i", in: text) == 4)
        #expect(TemplateTags.line(of: "e-f", in: text) == nil)
    }
}
