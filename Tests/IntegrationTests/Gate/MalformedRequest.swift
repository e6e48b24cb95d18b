import TestSupport

/// A request that no web server sends, and the gate's log message about it.
struct MalformedRequest: Sendable, CustomStringConvertible {
    let description: String
    let fault: String
    let bytes: [UInt8]

    init(_ description: String, _ fault: String, _ records: [FastCGIRecord]) {
        self.description = description
        self.fault = fault
        bytes = records.flatMap(\.encoded)
    }

    typealias Record = FastCGIRecord

    static let all = framing + records + parameters + bodies

    private static let check = FastCGIClient.checkParameters
    private static let begin = Record.begin(keepsConnection: true)
    private static let pairs = Record.params(check)
    private static let post = Record.params([("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", "4")])

    private static func change(_ record: Record, _ body: (inout Record) -> Void) -> Record {
        var record = record
        body(&record)
        return record
    }

    private static let framing = [
        MalformedRequest("version 9", "unknown protocol version", [change(begin) { $0.version = 9 }]),
        MalformedRequest("version 0 later", "unknown protocol version", [begin, change(pairs[0]) { $0.version = 0 }]),
        MalformedRequest(
            "four names of FCGI_GET_VALUES in one record", "management record",
            [.getValues(["FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS", "FCGI_MAX_CONNS"])]),
        MalformedRequest(
            "FCGI_GET_VALUES inside a request", "management record",
            [begin, .getValues(["FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS", "FCGI_MAX_CONNS"])]),
        MalformedRequest("request 0", "management record", [.begin(requestID: 0)]),
        MalformedRequest("no beginning", "the first record is not BEGIN_REQUEST", pairs),
        MalformedRequest("an abort first", "the first record is not BEGIN_REQUEST", [.abort()]),
        MalformedRequest(
            "a beginning of 7 bytes", "BEGIN_REQUEST of another shape", [Record(1, [0, 1, 0, 0, 0, 0, 0])]),
        MalformedRequest("a padded beginning", "BEGIN_REQUEST of another shape", [change(begin) { $0.padding = 8 }]),
        MalformedRequest("a filter", "role is neither RESPONDER nor AUTHORIZER", [.begin(role: Record.Role.filter)]),
        MalformedRequest("role 0", "role is neither RESPONDER nor AUTHORIZER", [.begin(role: 0)]),
        MalformedRequest("role 257", "role is neither RESPONDER nor AUTHORIZER", [.begin(role: 257)]),
    ]

    private static let records = [
        MalformedRequest("a second beginning", "BEGIN_REQUEST inside a request", [begin, begin]),
        MalformedRequest("another beginning", "BEGIN_REQUEST inside a request", [begin, .begin(requestID: 2)]),
        MalformedRequest("a beginning in the body", "BEGIN_REQUEST inside a request", [begin] + post + [begin]),
        MalformedRequest("an abort in the middle", "ABORT_REQUEST", [begin, pairs[0], .abort()]),
        MalformedRequest("an abort in the body", "ABORT_REQUEST", [begin] + post + [.abort()]),
        MalformedRequest(
            "parameters of another request", "record of another request", [begin] + Record.params(check, requestID: 2)),
        MalformedRequest(
            "a body of another request", "record of another request", [begin] + post + Record.stdin([1], requestID: 2)),
        MalformedRequest("a body too early", "record of an unexpected type", [begin] + Record.stdin([1])),
        MalformedRequest("parameters too late", "record of an unexpected type", [begin] + post + pairs),
        MalformedRequest("type 77", "record of an unexpected type", [begin, Record(77, [1, 2, 3])]),
        MalformedRequest(
            "padding behind the parameters", "padding behind the end of the parameters",
            [begin, pairs[0], change(pairs[1]) { $0.padding = 8 }]),
    ]

    private static let huge: [UInt8] = [0xff, 0xff, 0xff, 0xff]
    private static let large = (0..<9).map { ("P\($0)", String(repeating: "x", count: 8000)) }
    private static let tiny = (0..<200).map { ("\($0)", "") }

    private static let parameters = [
        MalformedRequest("lengths of 2 GiB", "parameters too long", [begin, Record(4, huge + huge), Record(4)]),
        MalformedRequest("a length of 2 GiB", "parameters too long", [begin, Record(4, [3] + huge), Record(4)]),
        MalformedRequest("72 KB of parameters", "parameters too long", [begin] + Record.params(large)),
        MalformedRequest(
            "72 KB of parameters in small records", "parameters too long", [begin] + Record.params(large, splitAt: 1000)
        ),
        MalformedRequest(
            "more padding than parameters", "request too large",
            [begin] + Record.params(tiny, splitAt: 1, padding: 255)),
        MalformedRequest(
            "a value that is not there", "the last parameter runs over the end of the parameters",
            [begin, Record(4, [1, 200] + Array("A".utf8)), Record(4)]),
        MalformedRequest(
            "half a length", "the last parameter runs over the end of the parameters",
            [begin, Record(4, [0x80, 0]), Record(4)]),
        MalformedRequest("NUL in a value", "NUL in a parameter", [begin] + Record.params([("A", "b\u{0}c")])),
        MalformedRequest("NUL in a name", "NUL in a parameter", [begin] + Record.params([("A\u{0}", "b")])),
        MalformedRequest(
            "a name that sets another parameter", "NUL in a parameter",
            [begin] + Record.params([("REMOTE_USER=admin\u{0}", "")])),
        MalformedRequest("'=' in a name", "NUL in a parameter", [begin] + Record.params([("A=B", "c")])),
    ]

    private static let bodies = [
        MalformedRequest(
            "a length in words", "CONTENT_LENGTH is not a number", [begin] + Record.params([("CONTENT_LENGTH", "ten")])),
        MalformedRequest(
            "a negative length", "CONTENT_LENGTH is not a number", [begin] + Record.params([("CONTENT_LENGTH", "-1")])),
        MalformedRequest(
            "two lengths in one", "CONTENT_LENGTH is not a number",
            [begin] + Record.params([("CONTENT_LENGTH", "1, 1")])),
        MalformedRequest(
            "more body than said", "more body than CONTENT_LENGTH", [begin] + post + Record.stdin([1, 2, 3, 4, 5])),
        MalformedRequest(
            "more body than said, in two records", "more body than CONTENT_LENGTH",
            [begin] + post + Record.stdin([1, 2, 3, 4, 5], splitAt: 4)),
    ]
}
