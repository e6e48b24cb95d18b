internal import Glibc

/// An entry of the system's users (passwd(5)).
struct SystemAccount: Equatable, Sendable {
    let name: String
    let uid: UInt32
    /// The number of the user's own group.
    let gid: UInt32
    let home: String
}

extension SystemAccount {
    /// Finds a user; nil if there is none.
    /// - Parameter text: A name or a number.
    init?(_ text: String) {
        // Both return static memory: only the main thread calls them, and no other thread does meanwhile.
        var found: UnsafeMutablePointer<passwd>?
        if let number = UInt32(text) {
            unsafe found = getpwuid(number)
        } else {
            unsafe found = getpwnam(text)
        }
        guard let entry = unsafe found else { return nil }
        name = unsafe String(cString: entry.pointee.pw_name)
        uid = unsafe entry.pointee.pw_uid
        gid = unsafe entry.pointee.pw_gid
        home = unsafe String(cString: entry.pointee.pw_dir)
    }
}
