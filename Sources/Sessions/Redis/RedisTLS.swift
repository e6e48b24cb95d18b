internal import EventLoop

/// The TLS configuration of connections to Redis. Certificates and the server's name are always verified.
public struct RedisTLS: Sendable {
    /// The problem is the reason why no connection can be made.
    let context: Result<TLSContext, Problem>

    /// The problem of a file, which the text names.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// The problem in one line.
        public let description: String
    }

    /// Reads the files.
    ///
    /// - Parameters:
    ///   - authorities: The path of a PEM file with the trusted certificate authorities; nil for the system's.
    ///   - certificate: The path of a PEM file with the client certificate; nil for none.
    ///   - key: The path of a PEM file with the client certificate's private key.
    /// - Throws: ``Problem`` with the file and its problem.
    public init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) throws(Problem) {
        do throws(TLSError) {
            context = .success(try TLSContext(authorities: authorities, certificate: certificate, key: key))
        } catch {
            throw Problem(description: error.reason)
        }
    }

    /// A configuration with which no connection is made, so that Redis counts as unavailable.
    public init(unusable problem: Problem) { context = .failure(problem) }
}
