import Testing

@testable import AuthFCGI

@Suite("FastCGI scanner")
struct FastCGIScannerTests {
    private let login = FastCGIBytes().begin(keep: true)
        .parameters(FastCGIBytes.likeNginx(contentLength: "11"), padding: 5).endParameters()
        .body("hello", padding: 3).body(" world", padding: 2).endBody()

    private let check = FastCGIBytes().begin().parameters(FastCGIBytes.likeNginx()).endParameters().endBody()

    @Test func `a request with a body is complete`() {
        #expect(
            login.verdict()
                == .complete(
                    FastCGIRequestSummary(
                        requestID: 1, role: .responder, asksToKeep: true, contentLength: 11, bodyBytes: 11,
                        bodyHasEnded: true)))
    }

    @Test func `every proper prefix of a request with a body is incomplete`() {
        for count in 0..<login.bytes.count {
            #expect(FastCGIBytes(bytes: Array(login.bytes[..<count])).verdict() == .incomplete, "first \(count) bytes")
        }
    }

    @Test func `a request without a body is complete at the end of its parameters`() {
        let parametersEnd = check.bytes.count - 8
        for count in 0...check.bytes.count {
            switch FastCGIBytes(bytes: Array(check.bytes[..<count])).verdict() {
            case .incomplete: #expect(count < parametersEnd)
            case .complete(let summary):
                #expect(count >= parametersEnd)
                #expect(summary.bodyHasEnded == (count == check.bytes.count))
                #expect(summary.contentLength == 0)
                #expect(!summary.mayKeep)
            case .malformed(let fault): Issue.record("\(fault.rawValue) after \(count) bytes")
            }
        }
    }

    @Test func `parameters may be split into records at any byte`() {
        let content = FastCGIBytes.encode(FastCGIBytes.likeNginx(contentLength: "2"))
        for cut in 1..<content.count {
            let request = FastCGIBytes().begin()
                .record(FastCGIBytes.parameters, Array(content[..<cut]), padding: cut % 8)
                .record(FastCGIBytes.parameters, Array(content[cut...])).endParameters().body("ab").endBody()
            #expect(isComplete(request, contentLength: 2), "cut at \(cut)")
        }
        let bytewise = content.reduce(FastCGIBytes().begin()) { $0.record(FastCGIBytes.parameters, [$1]) }
        #expect(isComplete(bytewise.endParameters().body("ab").endBody(), contentLength: 2))
    }

    @Test func `lengths may take four bytes`() {
        let content = FastCGIBytes.encode(FastCGIBytes.likeNginx(contentLength: "2"), long: true)
        for cut in 1..<content.count {
            let request = FastCGIBytes().begin().record(FastCGIBytes.parameters, Array(content[..<cut]))
                .record(FastCGIBytes.parameters, Array(content[cut...])).endParameters().body("ab").endBody()
            #expect(isComplete(request, contentLength: 2), "cut at \(cut)")
        }
    }

    @Test func `names and values may be empty`() {
        let request = FastCGIBytes().begin().parameters([("", ""), ("", "x"), ("A", ""), ("CONTENT_LENGTH", "")])
        #expect(isComplete(request.endParameters().endBody(), contentLength: 0))
        #expect(isComplete(FastCGIBytes().begin().endParameters().endBody(), contentLength: 0))
    }

    @Test func `the last CONTENT_LENGTH counts, and only that name`() {
        let pairs = [
            ("CONTENT_LENGTH", "7"), ("CONTENT_LENGTH", "1"), ("HTTP_CONTENT_LENGTH", "9"), ("CONTENT_LENGTX", "9"),
        ]
        let request = FastCGIBytes().begin().parameters(pairs).endParameters().body("a").endBody()
        #expect(isComplete(request, contentLength: 1))
    }

    @Test func `a body that looks like a request is read as a body`() {
        let inner = FastCGIBytes().begin(keep: true).parameters([("REMOTE_USER", "admin")]).endParameters().endBody()
        var request = FastCGIBytes().begin(keep: true)
            .parameters([("CONTENT_LENGTH", "\(inner.bytes.count)")]).endParameters()
        request = request.record(FastCGIBytes.standardInput, inner.bytes)
        #expect(request.verdict() == .incomplete)
        guard case .complete(let summary) = request.endBody().verdict() else {
            Issue.record("not complete")
            return
        }
        #expect(summary.bodyBytes == inner.bytes.count)
        #expect(summary.mayKeep)
    }

    @Test func `bytes after a request are detected`() {
        let keeping = FastCGIBytes().begin(keep: true).parameters([("A", "b")]).endParameters().endBody()
        #expect(mayKeep(keeping) == true)
        #expect(mayKeep(FastCGIBytes(bytes: keeping.bytes + [1])) == false)
        #expect(mayKeep(FastCGIBytes(bytes: keeping.bytes + keeping.bytes)) == false)
        let padded = FastCGIBytes().begin(keep: true).endParameters().record(FastCGIBytes.standardInput, padding: 8)
        #expect(mayKeep(padded) == false)
    }

    @Test func `only a request that asks for it may keep its connection`() {
        #expect(mayKeep(FastCGIBytes().begin(keep: true).endParameters().endBody()) == true)
        #expect(mayKeep(FastCGIBytes().begin(keep: false).endParameters().endBody()) == false)
        #expect(mayKeep(FastCGIBytes().begin(keep: true).endParameters()) == false)
    }

    @Test func `an authorizer's request ends with its parameters`() {
        let request = FastCGIBytes().begin(role: 2, keep: true).parameters([("CONTENT_LENGTH", "5")])
        #expect(request.verdict() == .incomplete)
        #expect(summary(request.endParameters())?.role == .authorizer)
        #expect(summary(request.endParameters())?.mayKeep == false)
        #expect(summary(request.endParameters().endBody())?.mayKeep == true)
        #expect(summary(request.endParameters().body("hello").endBody())?.bodyBytes == 5)
        #expect(summary(request.endParameters().begin())?.bytesFollow == true)
        #expect(summary(request.endParameters())?.bodyTooLarge == false)
    }

    @Test func `a body that is too large is refused without waiting for it`() {
        let request = FastCGIBytes().begin().parameters([("CONTENT_LENGTH", "8193")])
        #expect(request.verdict() == .incomplete)
        #expect(summary(request.endParameters())?.bodyTooLarge == true)
        #expect(summary(request.endParameters().body("some"))?.bodyBytes == 4)
        #expect(request.endParameters().verdict(maxBody: 8193) == .incomplete)
        let huge = FastCGIBytes().begin().parameters([("CONTENT_LENGTH", String(repeating: "9", count: 40))])
        #expect(summary(huge.endParameters())?.bodyTooLarge == true)
    }

    @Test func `a body that is too short is complete when it ends`() {
        let request = FastCGIBytes().begin().parameters([("CONTENT_LENGTH", "5")]).endParameters().body("abc")
        #expect(request.verdict() == .incomplete)
        #expect(summary(request.endBody())?.bodyBytes == 3)
    }

    private func summary(_ request: FastCGIBytes) -> FastCGIRequestSummary? {
        guard case .complete(let summary) = request.verdict() else { return nil }
        return summary
    }

    private func isComplete(_ request: FastCGIBytes, contentLength: Int) -> Bool {
        guard let summary = summary(request) else { return false }
        return summary.contentLength == contentLength && summary.bodyBytes == contentLength && summary.bodyHasEnded
    }

    private func mayKeep(_ request: FastCGIBytes) -> Bool? { summary(request)?.mayKeep }
}
