internal import CPostgreSQL
internal import EventLoop
internal import Logging
internal import Synchronization

/// Logs the server's notices and warnings with their details and hints, which libpq would write to standard error.
final class ServerNoticeLog {
    /// A Boolean value that indicates whether the connection is being opened. What a server says then, such as that the
    /// version of a collation has changed, it says to each connection.
    var isConnecting: Bool
    private let log: Logger

    /// The lines of the last hour about connections that were being opened, in all threads.
    private static let connecting = Mutex(LogLimiter<String>(per: .seconds(3600), kinds: 100))

    init(_ log: Logger, isConnecting: Bool) {
        self.log = log
        self.isConnecting = isConnecting
    }

    /// libpq's callback. Its argument is the connection's ``ServerNoticeLog``, which outlives the connection.
    static let receive: @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?) -> Void = { argument, result in
        guard let argument = unsafe argument, let result = unsafe result else { return }
        let notices = unsafe Unmanaged<ServerNoticeLog>.fromOpaque(argument).takeUnretainedValue()
        let text = unsafe LibpqMessage.complete(of: result)
        let severity = unsafe PQresultErrorField(result, Int32(UInt8(ascii: "V"))).map { unsafe String(cString: $0) }
        notices.take(text, severity == "WARNING" ? .warning : .info)
    }

    private func take(_ text: String, _ level: Logger.Level) {
        if isConnecting, !Self.isNew(text) { return }
        log.log(level: level, "PostgreSQL: \(text)")
    }

    /// Logs a warning about connections, once an hour.
    static func warn(_ text: String, _ log: Logger) { if isNew(text) { log.warning("\(text)") } }

    private static func isNew(_ text: String) -> Bool { connecting.withLock { $0.admit(text) } != nil }
}
