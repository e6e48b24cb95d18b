internal import Glibc

/// A null-terminated array of C strings, the form in which exec(3) takes arguments and environment. Owns the strings.
@safe
struct CStringArray: ~Copyable {
    private var strings: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) {
        unsafe self.strings = strings.map { unsafe strdup($0) }
        unsafe self.strings.append(nil)
    }

    deinit {
        for index in unsafe strings.indices { unsafe free(strings[index]) }
    }

    /// Calls `body` with the array. The pointer is valid during the call only.
    mutating func withPointer<T>(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T) -> T {
        unsafe body(&strings)
    }
}
