import EventLoop
import TestSupport
import Testing

@testable import AuthFCGI

/// Any bytes on a connection have the same answers, in pieces of any size, and whether routes answer at once or later.
@EventLoop
@Suite struct HTTPConnectionFuzzTests {
    private let effects = EffectLog()

    /// What routes were asked, and what the peer has received.
    private struct Conversation: Equatable {
        let requests: [String]
        let answers: [String]
    }

    private static func text(_ exchange: Exchange) -> String {
        let request = exchange.request
        return "\(request[.method] ?? "") \(request.fullPath) \(request[.host] ?? "") \(exchange.body)"
    }

    /// Sends bytes, and ends when the connection has ended.
    /// - Parameter cuts: Where a piece ends, after which the loop has a turn.
    private func conversation(
        about bytes: [UInt8], cutAt cuts: [Int] = [], answersLate: Bool = false
    ) async throws -> Conversation {
        let stage = HTTPStage(effects)
        var requests: [String] = []
        let answer: @EventLoop (Exchange) -> Void = {
            requests.append(Self.text($0))
            $0.respond(Response(.ok))
        }
        if !answersLate { stage.onRequest = answer }
        let pair = try stage.accept("")
        var start = 0
        for cut in cuts + [bytes.count] where cut > start {
            pair.send(Array(bytes[start..<cut]))
            start = cut
            await Reactor.shared.sleep(for: .milliseconds(1))
        }
        pair.endSending()
        var received: [UInt8] = []
        try await eventuallyOnLoop("the connection has ended") {
            while let exchange = stage.take() { answer(exchange) }
            received += pair.received()
            return pair.isEnded
        }
        // Whether a client waits for it depends on the pieces.
        let text = String(decoding: received, as: UTF8.self).replacing("HTTP/1.1 100 Continue\r\n\r\n", with: "")
        let lines = text.split(separator: "\r\n").map { String($0) }.filter { !$0.hasPrefix("Date: ") }
        return Conversation(requests: requests, answers: lines)
    }

    @Test func `noise and changed requests are answered alike`() async throws {
        var random = SeededGenerator(seed: 9110)
        var (answered, refused) = (0, 0)
        for _ in 0..<100 {
            let bytes = GeneratedRequest.bytes(&random)
            let cuts = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                Int.random(in: 0..<bytes.count, using: &random)
            }
            let whole = try await conversation(about: bytes)
            let pieces = try await conversation(about: bytes, cutAt: cuts.sorted(), answersLate: random.chance(0.5))
            let text = String(decoding: bytes, as: UTF8.self).debugDescription
            #expect(pieces == whole, "cut at \(cuts.sorted()): \(text)")
            // One answer to each request, and one more to what is refused, which is the last.
            let statuses = whole.answers.filter { $0.hasPrefix("HTTP/1.1 ") }
            let isRefused = statuses.last.map { !$0.hasSuffix("200 OK") } ?? false
            #expect(statuses.count == whole.requests.count + (isRefused ? 1 : 0), "\(text)")
            answered += whole.requests.count
            refused += isRefused ? 1 : 0
        }
        #expect(answered > 3 && refused > 10, "\(answered) answered, \(refused) refused")
    }
}
