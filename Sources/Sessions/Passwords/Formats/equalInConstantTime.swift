internal import COpenSSL

/// Whether two runs of bytes are the same, in a time that tells nothing about where they differ.
func equalInConstantTime(_ first: some Collection<UInt8>, _ second: some Collection<UInt8>) -> Bool {
    let (first, second) = (Array(first), Array(second))
    return unsafe first.count == second.count && CRYPTO_memcmp(first, second, first.count) == 0
}
