import Testing

@testable import AuthFCGI

struct TextTableTests {
    @Test func `columns are as wide as their widest cell, and the last one is not padded`() {
        var table = TextTable(["A", "LONG", "C"])
        #expect(table.lines([["x", "y", "z"], ["wide", "é", ""]]) == "A     LONG  C\nx     y     z\nwide  é     \n")
    }

    @Test func `later rows have no heading and no narrower columns`() {
        var table = TextTable(["A", "B"])
        _ = table.lines([["wide", "y"]])
        #expect(table.lines([["x", "y"]]) == "x     y\n")
        #expect(table.lines([["wider", "y"]]) == "wider  y\n")
        #expect(table.lines([]) == "")
    }
}
