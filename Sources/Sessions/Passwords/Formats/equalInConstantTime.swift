internal import COpenSSL

/// Returns whether two sequences of bytes are equal. The time does not depend on the position of a difference.
func equalInConstantTime(_ first: some Collection<UInt8>, _ second: some Collection<UInt8>) -> Bool {
    let (first, second) = (Array(first), Array(second))
    return unsafe first.count == second.count && CRYPTO_memcmp(first, second, first.count) == 0
}
