internal import Glibc

/// The owner of a null-terminated array of C strings, as exec takes its arguments and its environment.
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

    /// Lends the array to one call.
    mutating func withPointer<T>(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> T) -> T {
        unsafe body(&strings)
    }
}
