import Foundation
import TestSupport
import Testing

@testable import AuthFCGI

/// The reader of requests against h11, a strict one in Python (Tests/h11): what is accepted, h11 accepts too, with the same
/// meaning. More may be refused.
@Suite struct H11ComparisonTests {
    /// What h11 has read.
    private struct Reading: Decodable {
        let refused: String?
        let incomplete: Bool?
        let method: String?
        let target: String?
        let version: String?
        let headers: [[String]]?
        let body: Data?
        let size: Int?
        let keeps: Bool?

        /// Returns the last value of a header. Nil without one.
        func last(_ name: String) -> String? { headers?.last { $0[0] == name }?[1] }
    }

    private static let script = Repository.path("Tests/h11")

    /// The headers whose values are facts, without Host.
    private static let facts: [(String, OriginalRequest.Fact)] = [
        ("cookie", .cookie), ("authorization", .authorization), ("accept", .accept),
    ]

    private func read(_ requests: [[UInt8]]) throws -> [Reading] {
        let input = requests.map { Data($0).base64EncodedString() + "\n" }.joined()
        let result = try ServerProcess.run("/usr/bin/python3", [Self.script], input: input, within: .seconds(120))
        try #require(result.status == .code(0), "\(result.errors)")
        return try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Reading.self, from: Data($0.utf8))
        }
    }

    private func compare(_ bytes: [UInt8], _ reading: Reading) {
        let ours = HTTPReading(bytes)
        guard ours.verdict == .complete, case .whole(let body) = ours.body else { return }
        let text = String(decoding: bytes, as: UTF8.self).debugDescription
        // Theirs are in Latin-1.
        func latin1(_ text: String?) -> [UInt8]? { text?.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
        func fact(_ fact: OriginalRequest.Fact) -> String? { ours.facts[fact] }
        func asText(_ text: String?) -> String? { latin1(text).map { String(decoding: $0, as: UTF8.self) } }
        #expect(reading.refused == nil && reading.incomplete == nil, "\(text)")
        #expect(reading.method == fact(.method) && reading.size == ours.size, "\(text)")
        #expect(reading.body.map { Array($0) } == body, "\(text)")
        let path = (fact(.path) ?? "") + (fact(.query).map { "?\($0)" } ?? "")
        #expect(reading.target?.hasSuffix(path) == true, "\(text)")
        let host = reading.last("x-forwarded-host").flatMap { $0.isEmpty ? nil : $0 } ?? reading.last("host")
        if let host { #expect(asText(host) == fact(.host), "\(text)") }
        for (name, value) in Self.facts { #expect(asText(reading.last(name)) == fact(value), "\(text)") }
        // h11 keeps no connection of HTTP/1.0.
        if reading.version == "1.1" { #expect(reading.keeps == ours.keepsConnection, "\(text)") }
    }

    @Test func `what is accepted means the same to h11`() throws {
        var random = SeededGenerator(seed: 11)
        var requests = HTTPRequestScannerTests.accepted.map { Array($0.utf8) }
        for _ in 0..<8000 { requests.append(GeneratedRequest.bytes(&random)) }
        let readings = try read(requests)
        try #require(readings.count == requests.count)
        for (bytes, reading) in zip(requests, readings) { compare(bytes, reading) }
        let accepted = requests.count(where: { HTTPReading($0).verdict == .complete })
        // A comparison makes sense with many of both.
        #expect(accepted > 800 && requests.count - accepted > 800, "\(accepted) accepted")
    }
}
