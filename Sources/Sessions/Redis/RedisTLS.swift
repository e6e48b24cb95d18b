internal import EventLoop

/// How connections to Redis are encrypted: certificates are verified, and so is the server's name.
public struct RedisTLS: Sendable {
    let context: TLSContext

    /// What is wrong with a file; the text names it.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// What is wrong, in a sentence.
        public let description: String
    }

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - authorities: PEM file with the authorities that certificates must come from; nil: the system's.
    ///   - certificate: PEM file of the certificate that this side shows; nil: none.
    ///   - key: PEM file of its key.
    /// - Throws: ``Problem``: a file cannot be read, or does not fit.
    public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) throws(Problem) {
        do throws(TLSError) {
            context = try TLSContext(authorities: authorities, certificate: certificate, key: key)
        } catch {
            throw Problem(description: error.reason)
        }
    }
}
