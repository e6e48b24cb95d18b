internal import CArgon2

/// An argon2 hash in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. New hashes are argon2id of version
/// 19; argon2i and version 16 are only verified.
struct Argon2Hash: Sendable {
    /// The variants for passwords; argon2d is not one.
    enum Variant: String, Sendable {
        case argon2i, argon2id
    }

    /// The cost of one computation. The default is OWASP's recommendation for argon2id, also ASVS 5.0, appendix C.
    struct Cost: Equatable, Sendable {
        /// The memory in KiB.
        var memory: UInt32 = 19_456
        var passes: UInt32 = 2
        var lanes: UInt32 = 1

        /// The limits for stored hashes.
        static let highest = Cost(memory: 262_144, passes: 16, lanes: 16)
    }

    let variant: Variant
    private let version: UInt32
    /// The cost of this hash.
    let parameters: Cost
    private let salt: [UInt8]
    private var tag: [UInt8]

    /// Parses a stored hash. Returns nil if it has another format or is malformed.
    init?(_ text: Substring) {
        var parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count > 3, parts[0].isEmpty, let variant = Variant(rawValue: String(parts[1])) else { return nil }
        switch parts[2] {
        case "v=19": version = 0x13
        case "v=16": version = 0x10
        // Hashes from before the second version name no version.
        default:
            version = 0x10
            parts.insert("v=16", at: 2)
        }
        guard parts.count == 6 else { return nil }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3, let memory = costs[0].number(named: "m="), let passes = costs[1].number(named: "t="),
            let lanes = costs[2].number(named: "p="), passes > 0, lanes > 0, memory / 8 >= lanes,
            let salt = parts[4].base64, (8...64).contains(salt.count),
            let tag = parts[5].base64, (16...64).contains(tag.count)
        else { return nil }
        self.variant = variant
        parameters = Cost(memory: memory, passes: passes, lanes: lanes)
        self.salt = salt
        self.tag = tag
    }

    /// Hashes a password with a new salt. Takes tens of milliseconds and 19 MiB, so never on the loop.
    init(password: [UInt8]) throws(HashingFailure) {
        (variant, version, parameters) = (.argon2id, 0x13, Cost())
        do throws(RandomBytes.Unavailable) {
            salt = try RandomBytes.make(16)
        } catch {
            throw HashingFailure(reason: "cannot generate random bytes for the salt")
        }
        tag = []
        tag = try compute(password, length: 32)
    }

    /// A hash that matches no known password, for logins without a stored hash: checking against it takes as long as
    /// checking a real one.
    static let dummy = Argon2Hash(
        salt: Array("authfcgi: nobody".utf8), tag: Array("this is not the hash of anything".utf8))

    private init(salt: [UInt8], tag: [UInt8]) {
        (variant, version, parameters) = (.argon2id, 0x13, Cost())
        self.salt = salt
        self.tag = tag
    }

    /// A Boolean value that indicates whether the hash has the variant and version of new hashes and at least their
    /// cost.
    var isCurrent: Bool {
        let ours = Cost()
        return variant == .argon2id && version == 0x13 && parameters.memory >= ours.memory
            && parameters.passes >= ours.passes
    }

    /// The hash in the PHC string format.
    var text: String {
        let (salt, tag) = (
            Base64.encode(salt.span, Base64.standardAlphabet), Base64.encode(tag.span, Base64.standardAlphabet)
        )
        return "$\(variant)$v=\(version)$m=\(parameters.memory),t=\(parameters.passes),p=\(parameters.lanes)$"
            + String(decoding: salt, as: UTF8.self) + "$" + String(decoding: tag, as: UTF8.self)
    }

    private func compute(_ password: [UInt8], length: Int) throws(HashingFailure) -> [UInt8] {
        var (password, salt) = (password, salt)
        var tag = [UInt8](repeating: 0, count: length)
        // All pointers below are borrowed for the one call.
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
                    unsafe context.m_cost = parameters.memory
                    unsafe context.t_cost = parameters.passes
                    unsafe context.lanes = parameters.lanes
                    // The number of lanes is part of the result; the number of threads is not. One thread: the number
                    // of helper threads limits hashing.
                    unsafe context.threads = 1
                    unsafe context.version = version
                    unsafe context.allocate_cbk = HashingMemory.allocate
                    unsafe context.free_cbk = HashingMemory.free
                    return switch variant {
                    case .argon2i: unsafe argon2i_ctx(&context)
                    case .argon2id: unsafe argon2id_ctx(&context)
                    }
                }
            }
        }
        guard result == ARGON2_OK.rawValue else {
            throw HashingFailure(reason: unsafe String(cString: argon2_error_message(result)))
        }
        return tag
    }
}

extension Argon2Hash: PasswordVerifier {
    /// A byte takes longer where the memory exceeds the processor's caches, and is mapped anew for each hash.
    var cost: HashingCost {
        HashingCost(
            bytes: 1024 * Double(parameters.memory), passes: Double(parameters.passes),
            nanosecondsPerByte: parameters.memory > 32_768 ? 0.8 : 0.5)
    }

    var isTooCostly: Bool {
        parameters.memory > Cost.highest.memory || parameters.passes > Cost.highest.passes
            || parameters.lanes > Cost.highest.lanes
    }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        equalInConstantTime(try compute(password, length: tag.count), tag)
    }
}
