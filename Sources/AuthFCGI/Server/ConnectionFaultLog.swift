internal import EventLoop
internal import Logging

/// The log of connections of one protocol that are closed without a response: one line for each, of each reason at most
/// one in ten seconds, with the number of those of the same reason that were left out.
@EventLoop
final class ConnectionFaultLog {
    private let protocolName: String
    private let log: Logger
    private var limiter = LogLimiter<ConnectionFault>(per: .seconds(10))

    /// - Parameter protocolName: the first word of each line.
    init(protocolName: String, log: Logger) {
        self.protocolName = protocolName
        self.log = log
    }

    /// - Parameters:
    ///   - peer: the number of the user of the peer's process, if it matters.
    ///   - address: the peer's address, if it matters.
    func add(_ fault: ConnectionFault, peer: UInt32? = nil, address: String? = nil) {
        guard let suppressed = limiter.admit(fault) else { return }
        var metadata = suppressed.fields
        if let peer { metadata["uid"] = "\(peer)" }
        if let address { metadata["peer"] = "\(address)" }
        log.log(level: fault.level, "\(protocolName) connection closed: \(fault.reason)", metadata: metadata)
    }
}
