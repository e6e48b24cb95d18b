import Testing

@testable import Sessions

@Suite struct PasswordHashTests {
    @Test(arguments: PasswordVector.all)
    func `a hash of the original software is read with its format, and matches its password`(
        vector: PasswordVector
    ) throws {
        let hash = try vector.read()
        #expect(hash.format == vector.format)
        #expect(try hash.matches(vector.password))
    }

    @Test(arguments: PasswordVector.cheap)
    func `no other password matches`(vector: PasswordVector) throws {
        let hash = try vector.read()
        var changed = vector.password
        changed[changed.count / 2] ^= 1
        for other in [changed, Array(vector.password.dropFirst(3)), [UInt8(ascii: "a")] + vector.password, []] {
            #expect(try !hash.matches(other))
        }
    }

    @Test(arguments: PasswordVector.cheap)
    func `the end of a long password counts, except in bcrypt, which reads 72 bytes`(vector: PasswordVector) throws {
        let cut = vector.password.count > 72 && [.bcrypt, .djangoBcrypt].contains(vector.format)
        #expect(try vector.read().matches(Array(vector.password.dropLast(2))) == cut)
        #expect(try vector.read().matches(vector.password + [UInt8(ascii: "a")]) == cut)
    }

    /// Without PBKDF2 and scrypt: HMAC pads its key with NULs, so that one at the end has no effect. The login refuses
    /// passwords with NULs.
    @Test func `crypt and argon2 do not stop at a NUL`() throws {
        for vector in PasswordVector.cheap where vector.hash.hasPrefix("$") && !vector.format.trimsBlanks {
            guard !vector.format.rawValue.hasPrefix("passlib"), vector.password.count < 72 else { continue }
            #expect(try !vector.read().matches(vector.password + [0]), "\(vector.testDescription)")
            #expect(try !vector.read().matches(vector.password + [0, 1]), "\(vector.testDescription)")
        }
    }

    @Test func `every line of the vectors is read, with at least three passwords for each format`() {
        #expect(PasswordVector.all.count == 175)
        for format in PasswordFormat.allCases {
            let passwords = PasswordVector.all.filter { $0.format == format }.map(\.password)
            // Spring's bcrypt makes no hash of a password that bcrypt would truncate.
            let takesLongOnes = format != .springBcrypt
            #expect(Set(passwords).count >= (takesLongOnes ? 3 : 2), "\(format)")
            #expect(passwords.contains { $0.count > 100 } == takesLongOnes, "\(format)")
        }
    }

    @Test func `WordPress ignores blanks around a password, but not within it`() throws {
        for vector in PasswordVector.cheap where vector.format.trimsBlanks {
            #expect(try vector.read().matches(Array(" \t".utf8) + vector.password + Array("\n ".utf8)))
            #expect(try !vector.read().matches(vector.password.filter { $0 != UInt8(ascii: " ") }))
        }
    }

    @Test func `phpBB's form of phpass's hash is read, and blanks count`() throws {
        let vector = try #require(PasswordVector.all.first { $0.format == .phpass })
        let hash = try PasswordHash("$H$" + vector.hash.dropFirst(3))
        #expect(try hash.matches(vector.password))
        #expect(try !hash.matches(vector.password + [UInt8(ascii: " ")]))
    }

    @Test func `Devise's hashes match only with their pepper`() throws {
        for vector in PasswordVector.cheap where !vector.pepper.isEmpty && vector.password.count < 72 {
            #expect(try !PasswordHash(vector.hash).matches(vector.password))
            #expect(try !PasswordHash(vector.hash, pepper: Array("another".utf8)).matches(vector.password))
        }
    }

    @Test func `a pepper changes no hash but plain bcrypt`() throws {
        for vector in PasswordVector.cheap where vector.format != .bcrypt {
            #expect(try PasswordHash(vector.hash, pepper: Array("pepper".utf8)).matches(vector.password))
        }
    }

    @Test(arguments: [
        ("{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG", PasswordFormat.springBcrypt),
        (
            "{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc",
            .springPBKDF2SHA1
        ),
        (
            "{scrypt}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw=="
                + "$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=",
            .springScrypt
        ),
        (
            "{sha256}97cde38028ad898ebc02e690819fa220e88c62e0699403e94fff291cfffaf8410849f27605abcbc0",
            .springSHA256
        ),
    ])
    func `the examples in Spring Security's documentation are verified`(text: String, format: PasswordFormat) throws {
        let hash = try PasswordHash(text)
        #expect(hash.format == format)
        #expect(try hash.matches(Array("password".utf8)))
        #expect(try !hash.matches(Array("passwore".utf8)))
    }

    @Test func `Spring's PBKDF2 does not match with any changed digit of salt or key`() throws {
        for format in [PasswordFormat.springPBKDF2SHA1, .springPBKDF2SHA256] {
            let vector = try #require(PasswordVector.all.first { $0.format == format })
            let digits = try #require(vector.hash.firstIndex(of: "}"))
            for place in [
                vector.hash.index(digits, offsetBy: 3), vector.hash.index(vector.hash.endIndex, offsetBy: -2),
            ] {
                var changed = vector.hash
                changed.replaceSubrange(place...place, with: changed[place] == "7" ? "8" : "7")
                #expect(try !PasswordHash(changed).matches(vector.password))
            }
        }
    }

    @Test func `argon2i without a version is of the first version`() throws {
        let vector = try #require(PasswordVector.all.first { $0.hash.hasPrefix("$argon2i$v=16$") })
        let hash = try PasswordHash("$argon2i$" + vector.hash.dropFirst("$argon2i$v=16$".count))
        #expect(try hash.matches(vector.password))
    }

    @Test(arguments: ["yescrypt", "sha512-crypt", "argon2id", "django pbkdf2_sha256", "bcrypt", "phpass"])
    func `passwords of a thousand bytes are checked and differ`(format: String) throws {
        let vector = try #require(PasswordVector.cheap.first { $0.format.rawValue == format })
        let long = vector.password + [UInt8](repeating: UInt8(ascii: "a"), count: 1024 - vector.password.count)
        #expect(try !vector.read().matches(long))
    }

    @Test func `formats based on MD5 or SHA-1, and on SHA-2 with few rounds, are legacy`() throws {
        for vector in PasswordVector.all {
            let weak = ["phpass", "sha1", "spring sha256"].contains { vector.format.rawValue.contains($0) }
            let fewRounds =
                vector.format.rawValue.hasSuffix("-crypt") && vector.format.rawValue.hasPrefix("sha")
                && !vector.hash.contains("rounds=5") && !vector.hash.contains("rounds=6")
            #expect(try vector.read().isLegacy == (weak || fewRounds), "\(vector.testDescription)")
        }
    }

    @Test func `only argon2id of at least our own cost is current, in any product's form`() throws {
        let ours = try Argon2Hash(password: [1]).text
        for prefix in ["", "argon2", "{argon2}", "{argon2@SpringSecurity_v5_8}"] {
            let hash = try PasswordHash(prefix + ours)
            #expect(hash.isCurrent)
            #expect(try hash.matches([1]))
        }
        for vector in PasswordVector.all {
            let isCurrent = ["$argon2id$v=19$m=65536,", "$argon2id$v=19$m=102400,"].contains(
                where: vector.hash.contains)
            #expect(try vector.read().isCurrent == isCurrent, "\(vector.testDescription)")
        }
    }
}

extension PasswordFormat {
    fileprivate var trimsBlanks: Bool { self == .wordpressBcrypt || self == .phpass }
}
