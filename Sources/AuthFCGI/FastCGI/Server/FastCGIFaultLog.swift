internal import EventLoop
internal import Logging

/// One log line for each connection that is closed without an answer, of each kind at most one in ten seconds.
@EventLoop
final class FastCGIFaultLog {
    private let log: Logger
    private var limiter = LogLimiter<FastCGIFault>(per: .seconds(10))

    init(log: Logger) {
        self.log = log
    }

    /// - Parameter peer: the user of the peer's process, where it matters.
    func add(_ fault: FastCGIFault, peer: UInt32? = nil) {
        guard let suppressed = limiter.admit(fault) else { return }
        var metadata: Logger.Metadata = [:]
        if let peer { metadata["uid"] = "\(peer)" }
        if suppressed > 0 { metadata["suppressed"] = "\(suppressed)" }
        log.log(level: Self.level(of: fault), "FastCGI connection closed: \(fault.rawValue)", metadata: metadata)
    }

    private static func level(of fault: FastCGIFault) -> Logger.Level {
        switch fault {
        case .truncated, .timedOut: .notice
        case .unanswered: .error
        case .unknownVersion, .managementRecord, .noBeginRequest, .badBeginRequest, .unknownRole, .secondBeginRequest,
            .aborted, .otherRequest, .unexpectedRecord, .paddedEnd, .parametersTooLong, .parametersCutShort,
            .badParameter, .badContentLength, .bodyTooLong, .requestTooLarge, .refusedByLibrary, .peerNotAllowed,
            .unsentAnswer:
            .warning
        }
    }
}
