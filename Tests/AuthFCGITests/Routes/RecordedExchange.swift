import EventLoop

@testable import AuthFCGI

/// A request without a protocol, and the responses to it.
@EventLoop
final class RecordedExchange: Exchange {
    private(set) var answers: [String] = []
    private(set) var wasCheck = false

    init(
        _ question: Question = .byPath, _ facts: [(OriginalRequest.Fact, String)], body: RequestBody = .whole([])
    ) {
        super.init(question, OriginalRequest(facts), body: body)
    }

    override func send(_ answer: SerializedResponse, isCheck: Bool) {
        answers.append(String(decoding: answer.bytes, as: UTF8.self))
        wasCheck = isCheck
    }

    override var peerHasClosed: Bool { false }

    /// The status of the response. Nil if there is none, or more than one response.
    var status: Int? {
        guard let answer = answers.first, answers.count == 1 else { return nil }
        return Int(answer.prefix(3))
    }

    /// Returns whether a line or the body of the response contains a text.
    func says(_ text: String) -> Bool { answers.first?.contains(text) ?? false }
}

extension OriginalRequest {
    /// Creates a request as the codec of any protocol does.
    init(_ facts: [(Fact, String)]) {
        self.init(Array(facts.map(\.1).joined().utf8))
        var start = 0
        for (fact, value) in facts {
            add(fact, at: start..<start + value.utf8.count)
            start += value.utf8.count
        }
    }
}
