import Foundation
import TestSupport
import Testing

@testable import AuthFCGI

/// Any bytes are a request, the beginning of one, or refused, wherever they are cut.
///
/// AUTHFCGI_TEST_FUZZ has the number of seconds for a longer run, whose seed is the time.
@Suite struct HTTPRequestFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// Returns bytes that are made of the parts of requests, or of anything.
    private func bytes(_ random: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return (0..<Int.random(in: 1...80, using: &random)).map { _ in .random(in: 0...255, using: &random) }
        case 1:
            let letters = Array("GET / HTTP/1.1\r\n: 0;\0\t".utf8)
            return (0..<Int.random(in: 1...120, using: &random)).map { _ in
                letters[Int.random(in: 0..<letters.count, using: &random)]
            }
        case 2:
            // Chunks of random sizes, one of which may lie.
            var bytes = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let size = Int.random(in: 0...20, using: &random)
                let length = random.chance(0.95) ? size : size + 1
                bytes += Array(String(length, radix: 16).utf8) + [13, 10]
                bytes += (0..<size).map { _ in .random(in: 0...255, using: &random) } + [13, 10]
            }
            return bytes + Array("0\r\n\r\n".utf8)
        default: return GeneratedRequest.bytes(&random)
        }
    }

    private func check(_ random: inout SeededGenerator, _ counts: inout [String: Int]) {
        let bytes = bytes(&random)
        let whole = HTTPReading(bytes)
        var cuts: [Int] = []
        var cut = 0
        while cut < bytes.count {
            cut += Int.random(in: 1...(cuts.count % 2 == 0 ? 3 : 30), using: &random)
            cuts.append(min(cut, bytes.count))
        }
        let pieces = HTTPReading(bytes, cutAt: cuts)
        if pieces != whole {
            Issue.record("cut at \(cuts): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
        switch whole.verdict {
        case .incomplete: counts["incomplete", default: 0] += 1
        case .complete:
            counts["complete", default: 0] += 1
            if whole.size > bytes.count { Issue.record("too large: \(bytes)") }
        case .refused: counts["refused", default: 0] += 1
        }
    }

    @Test func `noise and changed requests are read alike in pieces of any size`() {
        let seconds = Self.environment["AUTHFCGI_TEST_FUZZ"].flatMap { Double($0) }
        let seed = seconds == nil ? 9112 : UInt64(Date.now.timeIntervalSince1970)
        var random = SeededGenerator(seed: seed)
        var counts: [String: Int] = [:]
        if let seconds {
            print("seed \(seed)")
            let end = ContinuousClock.now + .seconds(seconds)
            while ContinuousClock.now < end { check(&random, &counts) }
        } else {
            for _ in 0..<20_000 { check(&random, &counts) }
        }
        // A sensible fuzz test has all outcomes.
        #expect(counts.count == 3 && counts.values.allSatisfy { $0 > 200 }, "\(counts), seed \(seed)")
    }
}
