/// The failure of a library to compute a hash, usually for lack of memory. The reason is the library's text.
struct HashingFailure: Error, Equatable {
    let reason: String
}
