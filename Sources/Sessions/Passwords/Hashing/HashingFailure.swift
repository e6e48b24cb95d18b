/// A library could not compute a hash, in its own words: practically always for want of memory.
struct HashingFailure: Error, Equatable {
    let reason: String
}
