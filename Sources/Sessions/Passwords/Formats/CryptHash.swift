internal import CCrypt
internal import Glibc

/// A hash that libxcrypt computes: bcrypt, yescrypt, gost-yescrypt, scrypt, sha512-crypt and sha256-crypt.
struct CryptHash: PasswordVerifier {
    let cost: HashingCost

    /// The whole stored text: libxcrypt takes its settings and its salt from it.
    private let text: String
    /// How many characters at the end are the checksum. They alone are compared, for libxcrypt writes the settings as it
    /// would have made them: the last character of a bcrypt salt has bits that do not count.
    private let checksumLength: Int
    /// What the function reads of a password: 72 bytes in bcrypt, which ignores the rest.
    private let readLength: Int?

    var lengthRead: Int { readLength ?? Int(CRYPT_MAX_PASSPHRASE_SIZE) - 1 }

    /// - Parameter text: parsed, its costs known.
    init(_ text: String, checksum length: Int, cost: HashingCost, reads readLength: Int? = nil) {
        self.text = text
        self.cost = cost
        self.readLength = readLength
        checksumLength = length
    }

    /// At exactly the length that is read nobody knows whether more was meant.
    func readsAll(of password: [UInt8]) -> Bool { password.count < lengthRead }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        let read = password.prefix(lengthRead)
        let computed = try Self.compute(Array(read), text)
        // Longer than libxcrypt takes, or with a NUL inside: then it never made a hash of it.
        guard readLength != nil || read.count == password.count, !password.contains(0), let computed else {
            return false
        }
        return equalInConstantTime(computed.suffix(checksumLength), text.utf8.suffix(checksumLength))
    }

    /// Nil when libxcrypt does not like the settings.
    private static func compute(_ password: [UInt8], _ settings: String) throws(HashingFailure) -> [UInt8]? {
        let password = (password + [0]).map { CChar(truncatingIfNeeded: $0) }
        var (memory, size): (UnsafeMutableRawPointer?, Int32) = (nil, 0)
        // Allocates the 32 KiB that it works in, with what it returns inside them.
        let result = unsafe crypt_ra(password, settings, &memory, &size)
        defer { unsafe free(memory) }
        guard let result = unsafe result else {
            if errno == ENOMEM { throw HashingFailure(reason: "no memory for crypt(3)") }
            return nil
        }
        return unsafe Array(String(cString: result).utf8)
    }
}
