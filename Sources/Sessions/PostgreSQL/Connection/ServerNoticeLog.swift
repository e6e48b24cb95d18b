internal import CPostgreSQL
internal import Logging

/// Logs the server's notices and warnings with their details and hints, which libpq would write to standard error.
final class ServerNoticeLog {
    private let log: Logger

    init(_ log: Logger) {
        self.log = log
    }

    /// libpq's callback. Its argument is the connection's ``ServerNoticeLog``, which outlives the connection.
    static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { argument, result in
        guard let argument = unsafe argument, let result = unsafe result else { return }
        let notices = unsafe Unmanaged<ServerNoticeLog>.fromOpaque(argument).takeUnretainedValue()
        let text = unsafe LibpqMessage.complete(of: result)
        let severity = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "V"))).map { unsafe String(cString: $0) }
        notices.log.log(level: severity == "WARNING" ? .warning : .info, "PostgreSQL: \(text)")
    }
}
