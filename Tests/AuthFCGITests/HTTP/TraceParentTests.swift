import Testing

@testable import AuthFCGI

/// The header `traceparent`, and the fields of log lines about a request.
@Suite struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"

    @Test(arguments: [
        "00-\(trace)-\(span)-01", "00-\(trace)-\(span)-00", "cc-\(trace)-\(span)-01",
        "cc-\(trace)-\(span)-01-what-else",
    ])
    func `a trace is read`(_ text: String) {
        let parent = TraceParent(text)
        #expect(parent?.traceID == Self.trace && parent?.spanID == Self.span)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-01-x", "ff-\(trace)-\(span)-01", "0-\(trace)-\(span)-01",
        "00-\(trace.uppercased())-\(span)-01", "00-\(trace)0-\(span)-01", "00-\(trace.dropLast())-\(span)-01",
        "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01", "00-\(trace)-\(span)-0g",
        "00-\(trace)-\(span)-1", " 00-\(trace)-\(span)-01", "00-\(trace.dropLast(2))é-\(span)-01",
        "cc-\(trace)-\(span)-01-" + String(repeating: "x", count: 1000),
    ])
    func `a malformed trace is ignored`(_ text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test func `a request's lines have the web server's id and the ids of the trace`() {
        let request = OriginalRequest([
            (.requestID, "0123456789abcdef0123456789abcdef"), (.traceparent, "00-\(Self.trace)-\(Self.span)-01"),
        ])
        #expect(
            request.logFields.mapValues { "\($0)" } == [
                "request_id": "0123456789abcdef0123456789abcdef", "trace_id": Self.trace, "span_id": Self.span,
            ])
    }

    @Test func `a request without ids has no such fields, and a long id is cut`() {
        #expect(OriginalRequest([(.requestID, ""), (.traceparent, "x")]).logFields.isEmpty)
        let long = OriginalRequest([(.requestID, String(repeating: "y", count: 1000))])
        #expect("\(long.logFields["request_id"], default: "")" == String(repeating: "y", count: 128))
    }
}
