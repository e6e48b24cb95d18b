/// The parsers of the formats of crypt(5), as strict as the software that writes them.
extension CryptHash {
    /// Parses bcrypt: `$2b$12$`, 22 characters of salt, 31 of checksum. `$2x$` denotes hashes made by a faulty
    /// function, and plain `$2$` has not been made since 1998.
    init?(bcrypt text: Substring) {
        let bytes = Array(text.utf8)
        guard bytes.count == 60, ["$2a$", "$2b$", "$2y$"].contains(text.prefix(4)), bytes[6] == UInt8(ascii: "$"),
            text.dropFirst(7).isOfCryptAlphabet, let logarithm = text.dropFirst(4).prefix(2).twoDigits,
            (4...31).contains(logarithm)
        else { return nil }
        self.init(
            String(text), checksum: 31, cost: HashingCost(steps: 1 << logarithm, nanosecondsEach: 60_000),
            reads: 72)
    }

    /// Parses yescrypt, `$y$j9T$salt$checksum`, and gost-yescrypt, with `gy`. `j` is the flavour, the one that
    /// libxcrypt makes; then follow the block count's logarithm and the block size, a character each.
    init?(yescrypt text: Substring) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "y" || parts[1] == "gy", parts[2].utf8.count == 3,
            parts[2].first == "j", parts[4].utf8.count == 43, (1...86).contains(parts[3].utf8.count),
            parts[2...].allSatisfy(\.isOfCryptAlphabet)
        else { return nil }
        let numbers = parts[2].utf8.dropFirst().compactMap(CryptAlphabet.value)
        // Numbers from 48 on have a second character.
        guard numbers.count == 2, numbers.allSatisfy({ $0 < 48 }) else { return nil }
        let bytes = 128 * Double(1 << (numbers[0] + 1)) * Double(numbers[1] + 1)
        self.init(
            String(text), checksum: 43, cost: HashingCost(bytes: bytes, passes: 1, nanosecondsPerByte: 2.4))
    }

    /// Parses scrypt: `$7$`, a character for N's logarithm, five for r, five for p, the salt, `$`, the checksum.
    init?(scrypt text: Substring) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, parts[1] == "7", parts[2].utf8.count > 11, parts[3].utf8.count == 43,
            parts[2...].allSatisfy(\.isOfCryptAlphabet)
        else { return nil }
        let values = parts[2].utf8.prefix(11).compactMap(CryptAlphabet.value)
        func number(_ digits: ArraySlice<Int>) -> Double { digits.reversed().reduce(0) { $0 * 64 + Double($1) } }
        let (blockSize, lanes) = (number(values[1..<6]), number(values[6..<11]))
        guard (1...63).contains(values[0]), blockSize > 0, lanes > 0 else { return nil }
        let blocks = Double(UInt64(1) << UInt64(values[0]))
        self.init(
            String(text), checksum: 43,
            cost: .scrypt(
                blocks: blocks, blockSize: blockSize, lanes: lanes, saltBytes: Double(parts[2].utf8.count - 11)))
    }

    /// Parses sha512-crypt and sha256-crypt: `$6$` or `$5$`, `rounds=…$` unless they are 5000, the salt, `$`, the
    /// checksum.
    init?(sha2 text: Substring, identifier: Substring, checksum length: Int) {
        var parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count > 3, parts[0].isEmpty, parts[1] == identifier else { return nil }
        var rounds: UInt32 = 5000
        if parts[2].hasPrefix("rounds=") {
            guard let given = parts[2].dropFirst(7).decimal, (1000...999_999_999).contains(given) else { return nil }
            rounds = given
            parts.remove(at: 2)
        }
        guard parts.count == 4, (1...16).contains(parts[2].utf8.count), !parts[2].contains(":"),
            parts[3].utf8.count == length, parts[3].isOfCryptAlphabet
        else { return nil }
        self.init(String(text), checksum: length, cost: .sha2Crypt(rounds: rounds))
    }
}

extension HashingCost {
    /// Returns the cost of sha512-crypt or sha256-crypt. Each round reads the password once or twice.
    static func sha2Crypt(rounds: UInt32) -> HashingCost {
        HashingCost(steps: Int(rounds), nanosecondsEach: 600, nanosecondsPerByte: 10)
    }
}
