/// The identity of a look-up, and the hash that it asks for. Several look-ups may ask for the same hash at a time.
struct LookUpKey: Equatable, Sendable {
    let id: Int
    let hash: SHA256Digest
}
