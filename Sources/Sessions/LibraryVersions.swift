internal import COpenSSL
internal import CPostgreSQL

/// The versions of the C libraries at run time, for the start line.
package enum LibraryVersions {
    package static var summary: String {
        let libpq = PQlibVersion()
        let openSSL = unsafe OpenSSL_version(OPENSSL_VERSION_STRING).map { unsafe String(cString: $0) } ?? "unknown"
        return "libpq \(libpq / 10000).\(libpq % 10000), OpenSSL \(openSSL)"
    }
}
