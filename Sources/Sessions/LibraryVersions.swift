internal import COpenSSL
internal import CPostgreSQL

/// The versions of the C libraries in use, for the log line at start.
package enum LibraryVersions {
    /// The major version of libpq.
    package static var libpqMajor: Int { Int(PQlibVersion() / 10000) }

    /// The libraries' names and versions, such as `libpq 17.2, OpenSSL 3.5.1`.
    package static var summary: String {
        let libpq = PQlibVersion()
        let openSSL = unsafe OpenSSL_version(OPENSSL_VERSION_STRING).map { unsafe String(cString: $0) } ?? "unknown"
        return "libpq \(libpq / 10000).\(libpq % 10000), OpenSSL \(openSSL)"
    }
}
