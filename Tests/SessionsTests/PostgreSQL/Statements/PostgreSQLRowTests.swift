import Foundation
import Testing

@testable import Sessions

/// The values of a row by column name.
struct PostgreSQLRowTests {
    private func row(_ values: KeyValuePairs<String, String?>) -> PostgreSQLRow {
        PostgreSQLRow(of: "Test", columns: values.map(\.key), values: values.map(\.value))
    }

    @Test func `values are found by their columns' names in any order`() throws {
        for row in [row(["a": "1", "b": "x"]), row(["b": "x", "more": nil, "a": "1"])] {
            #expect(try row.integer("a") == 1)
            #expect(try row.text("b") == "x")
        }
    }

    @Test func `NULL is nil in optional columns`() throws {
        let row = row(["a": nil])
        #expect(try row.optionalText("a") == nil)
        #expect(try row.optionalInteger("a") == nil)
        #expect(try row.optionalDate("a") == nil)
        #expect(try row.texts("a") == [])
        #expect(try !row.hasValue(among: ["a"]))
    }

    @Test func `times keep their microseconds`() throws {
        let row = row(["a": "1764445766123456", "b": "253402214400000000", "c": "-62135596800000000"])
        #expect(try row.date("a") == Date(timeIntervalSince1970: 1_764_445_766_123_456 / 1e6))
        #expect(try row.date("b") == .endless)
        #expect(try row.date("c") == Date(timeIntervalSince1970: -62_135_596_800))
    }

    @Test func `a wrong type is an error that names the column and contains no value`() throws {
        let row = row(["null": nil, "secret": "hunter2"])
        let faults: [(String, () throws -> Void)] = [
            ("has no column b", { _ = try row.text("b") }),
            ("has no column b", { _ = try row.optionalInteger("b") }),
            ("has no value of null", { _ = try row.text("null") }),
            ("has no value of null", { _ = try row.integer("null") }),
            ("has no value of null", { _ = try row.date("null") }),
            ("has no value of null", { _ = try row.flag("null") }),
            ("has a value of secret that is no whole number", { _ = try row.integer("secret") }),
            ("has a value of secret that is neither true nor false", { _ = try row.flag("secret") }),
            ("has a value of secret that is no whole number", { _ = try row.date("secret") }),
            ("has a value of secret that is no list of texts", { _ = try row.texts("secret") }),
            ("has a value of secret that is no hash", { _ = try row.digest("secret") }),
        ]
        for (fault, read) in faults {
            let error = try #require(throws: PostgreSQLError.self) { try read() }
            #expect(error.reason == "the answer to Test \(fault); tables or functions may have been changed by hand")
            #expect(!error.endsConnection)
        }
    }
}
