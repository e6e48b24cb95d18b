internal import CCrypt
internal import Glibc

/// A hash that libxcrypt computes: bcrypt, yescrypt, gost-yescrypt, scrypt, sha512-crypt and sha256-crypt.
struct CryptHash: PasswordVerifier {
    let cost: HashingCost

    /// The complete stored text, from which libxcrypt reads the settings and the salt.
    private let text: String
    /// The number of characters of the checksum at the end. Only they are compared, since libxcrypt writes the settings
    /// in its own form: the last character of a bcrypt salt has unused bits.
    private let checksumLength: Int
    /// The number of bytes that the function reads of a password: 72 in bcrypt, which ignores the rest. Nil for no
    /// limit but libxcrypt's.
    private let readLength: Int?

    var lengthRead: Int { readLength ?? Int(CRYPT_MAX_PASSPHRASE_SIZE) - 1 }

    /// Creates a hash from a text that is already parsed.
    init(_ text: String, checksum length: Int, cost: HashingCost, reads readLength: Int? = nil) {
        self.text = text
        self.cost = cost
        self.readLength = readLength
        checksumLength = length
    }

    /// A password of exactly the length that is read may have been truncated.
    func readsAll(of password: [UInt8]) -> Bool { password.count < lengthRead }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        let read = password.prefix(lengthRead)
        let computed = try Self.compute(Array(read), text)
        // libxcrypt never made a hash of a password that is too long for it, or contains a NUL.
        guard readLength != nil || read.count == password.count, !password.contains(0), let computed else {
            return false
        }
        return equalInConstantTime(computed.suffix(checksumLength), text.utf8.suffix(checksumLength))
    }

    /// Returns the computed text, or nil if libxcrypt rejects the settings.
    private static func compute(_ password: [UInt8], _ settings: String) throws(HashingFailure) -> [UInt8]? {
        let password = (password + [0]).map { CChar(truncatingIfNeeded: $0) }
        var (memory, size): (UnsafeMutableRawPointer?, Int32) = (nil, 0)
        // Allocates 32 KiB of working memory, which contain the result.
        let result = unsafe crypt_ra(password, settings, &memory, &size)
        defer { unsafe free(memory) }
        guard let result = unsafe result else {
            if errno == ENOMEM { throw HashingFailure(reason: "out of memory in crypt(3)") }
            return nil
        }
        return unsafe Array(String(cString: result).utf8)
    }
}
