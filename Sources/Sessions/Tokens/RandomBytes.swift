internal import COpenSSL

/// Bytes nobody can guess, from OpenSSL's generator.
package enum RandomBytes {
    /// The generator could not be seeded.
    package struct Unavailable: Error {}

    package static func make(_ count: Int) throws(Unavailable) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe RAND_bytes(&bytes, Int32(count)) == 1 else { throw Unavailable() }
        return bytes
    }
}
