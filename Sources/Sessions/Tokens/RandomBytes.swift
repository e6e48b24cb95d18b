internal import COpenSSL

/// Cryptographically secure random bytes from OpenSSL's generator (RAND_bytes(3)).
package enum RandomBytes {
    /// The generator could not be seeded.
    package struct Unavailable: Error {}

    /// Returns `count` random bytes.
    /// - Throws: ``Unavailable`` if the generator could not be seeded.
    package static func make(_ count: Int) throws(Unavailable) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe RAND_bytes(&bytes, Int32(count)) == 1 else { throw Unavailable() }
        return bytes
    }
}
