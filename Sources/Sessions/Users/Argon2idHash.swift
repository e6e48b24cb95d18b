internal import CArgon2
internal import COpenSSL

/// A password's argon2id hash in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
struct Argon2idHash: Sendable {
    /// What one computation costs. Ours: OWASP's recommendation for argon2id, also ASVS 5.0 appendix C.
    struct Cost: Equatable, Sendable {
        var memory: UInt32 = 19_456
        var passes: UInt32 = 2
        var lanes: UInt32 = 1

        /// In KiB, passes and lanes: what a stored hash may at most ask for.
        static let highest = Cost(memory: 262_144, passes: 16, lanes: 16)
    }

    /// In KiB, passes and lanes.
    let cost: Cost
    private let salt: [UInt8]
    private let tag: [UInt8]

    /// libargon2 failed, in its own words: practically always for want of memory.
    struct Failure: Error, Equatable {
        let reason: String
    }

    /// Reads a stored hash; nil when it is of another kind, malformed, or asks for more than ``Cost/highest``.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        var cost: [UInt32] = []
        for (part, name) in zip(parts[3].split(separator: ",", omittingEmptySubsequences: false), ["m=", "t=", "p="]) {
            guard part.hasPrefix(name), let value = UInt32(part.dropFirst(2)) else { return nil }
            cost.append(value)
        }
        guard cost.count == 3, parts[3].split(separator: ",").count == 3 else { return nil }
        self.cost = Cost(memory: cost[0], passes: cost[1], lanes: cost[2])
        let highest = Cost.highest
        guard self.cost.memory >= 8 * self.cost.lanes, self.cost.memory <= highest.memory,
            (1...highest.passes).contains(self.cost.passes), (1...highest.lanes).contains(self.cost.lanes),
            let salt = Base64.decode(parts[4].utf8Span.span, Base64.standardValues), (8...64).contains(salt.count),
            let tag = Base64.decode(parts[5].utf8Span.span, Base64.standardValues), (16...64).contains(tag.count)
        else { return nil }
        self.salt = salt
        self.tag = tag
    }

    /// Hashes a new password with a new salt: takes tens of milliseconds and 19 MiB, so never on the loop.
    init(password: [UInt8]) throws(Failure) {
        cost = Cost()
        do throws(RandomBytes.Unavailable) {
            salt = try RandomBytes.make(16)
        } catch {
            throw Failure(reason: "no random bytes for a salt")
        }
        tag = try Self.compute(password, salt: salt, cost: cost, length: 32)
    }

    var hashingCost: HashingCost {
        let usual = Cost()
        let work = Double(cost.memory) * Double(cost.passes) / (Double(usual.memory) * Double(usual.passes))
        return HashingCost(bytes: Int(cost.memory) * 1024, work: work)
    }

    /// The hash of a password that nobody knows, not even here: checking against it costs what checking a real one does.
    static let ofNobody = Argon2idHash(
        cost: Cost(), salt: Array("authfcgi: nobody".utf8), tag: Array("this is not the hash of anything".utf8))

    private init(cost: Cost, salt: [UInt8], tag: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.tag = tag
    }

    /// Whether `password` is the one: takes what the cost says.
    func matches(_ password: [UInt8]) throws(Failure) -> Bool {
        let computed = try Self.compute(password, salt: salt, cost: cost, length: tag.count)
        return unsafe CRYPTO_memcmp(computed, tag, tag.count) == 0
    }

    /// The form that is stored.
    var text: String {
        let (salt, tag) = (
            Base64.encode(salt.span, Base64.standardAlphabet), Base64.encode(tag.span, Base64.standardAlphabet)
        )
        return "$argon2id$v=19$m=\(cost.memory),t=\(cost.passes),p=\(cost.lanes)$"
            + String(decoding: salt, as: UTF8.self) + "$" + String(decoding: tag, as: UTF8.self)
    }

    private static func compute(
        _ password: [UInt8], salt: [UInt8], cost: Cost, length: Int
    ) throws(Failure) -> [UInt8] {
        var (password, salt) = (password, salt)
        var tag = [UInt8](repeating: 0, count: length)
        // Everything below is borrowed for the one call.
        let result = unsafe password.withUnsafeMutableBufferPointer { password in
            unsafe salt.withUnsafeMutableBufferPointer { salt in
                unsafe tag.withUnsafeMutableBufferPointer { tag in
                    var context = unsafe argon2_context()
                    unsafe context.out = tag.baseAddress
                    unsafe context.outlen = UInt32(tag.count)
                    unsafe context.pwd = password.baseAddress
                    unsafe context.pwdlen = UInt32(password.count)
                    unsafe context.salt = salt.baseAddress
                    unsafe context.saltlen = UInt32(salt.count)
                    unsafe context.m_cost = cost.memory
                    unsafe context.t_cost = cost.passes
                    unsafe context.lanes = cost.lanes
                    // The lanes' number is part of the result; how many threads compute them is not. One: helper
                    // threads are what limits hashing.
                    unsafe context.threads = 1
                    unsafe context.version = 0x13
                    unsafe context.allocate_cbk = HashingMemory.allocate
                    unsafe context.free_cbk = HashingMemory.free
                    return unsafe argon2id_ctx(&context)
                }
            }
        }
        guard result == ARGON2_OK.rawValue else {
            throw Failure(reason: unsafe String(cString: argon2_error_message(result)))
        }
        return tag
    }
}
