internal import Logging

extension OriginalRequest {
    /// The maximum length of the web server's id, which nginx makes of 32 characters.
    private static let maxRequestID = 128

    /// The fields of every log line about the request, by which it is found in the logs of the web server and of applications:
    /// `request_id`, and `trace_id` and `span_id` of its trace.
    var logFields: Logger.Metadata {
        var fields: Logger.Metadata = [:]
        if let id = self[.requestID], !id.isEmpty { fields["request_id"] = "\(id.prefix(Self.maxRequestID))" }
        if let trace = self[.traceparent].flatMap({ TraceParent($0) }) {
            fields["trace_id"] = "\(trace.traceID)"
            fields["span_id"] = "\(trace.spanID)"
        }
        return fields
    }
}
