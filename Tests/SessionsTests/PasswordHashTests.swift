import Testing

@testable import Sessions

@Suite struct PasswordHashTests {
    @Test(arguments: PasswordVector.all)
    func `a hash of the original software is read as what it is, and matches its password`(
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
    func `the end of a long password counts, but for bcrypt, which reads 72 bytes`(vector: PasswordVector) throws {
        let cut = vector.password.count > 72 && [.bcrypt, .djangoBcrypt].contains(vector.format)
        #expect(try vector.read().matches(Array(vector.password.dropLast(2))) == cut)
        #expect(try vector.read().matches(vector.password + [UInt8(ascii: "a")]) == cut)
    }

    /// PBKDF2 and scrypt are left out: HMAC fills its key with NULs, so that one at the end is nothing. The login takes
    /// none.
    @Test func `crypt and argon2 do not stop at a NUL`() throws {
        for vector in PasswordVector.cheap where vector.hash.hasPrefix("$") && !vector.format.trimsBlanks {
            guard !vector.format.rawValue.hasPrefix("passlib"), vector.password.count < 72 else { continue }
            #expect(try !vector.read().matches(vector.password + [0]), "\(vector.testDescription)")
            #expect(try !vector.read().matches(vector.password + [0, 1]), "\(vector.testDescription)")
        }
    }

    @Test func `every line of the vectors is read, with three passwords and more of each format`() {
        #expect(PasswordVector.all.count == 153)
        for format in PasswordFormat.allCases where format != .springBcrypt {
            let passwords = PasswordVector.all.filter { $0.format == format }.map(\.password)
            #expect(Set(passwords).count >= 3, "\(format)")
            #expect(passwords.contains { $0.count > 100 }, "\(format)")
        }
    }

    @Test func `WordPress's passwords match with or without the blanks around them, and those within count`() throws {
        for vector in PasswordVector.cheap where vector.format.trimsBlanks {
            #expect(try vector.read().matches(Array(" \t".utf8) + vector.password + Array("\n ".utf8)))
            #expect(try !vector.read().matches(vector.password.filter { $0 != UInt8(ascii: " ") }))
        }
    }

    @Test func `phpBB's name of phpass's hash is read, with blanks that count`() throws {
        let vector = try #require(PasswordVector.all.first { $0.format == .phpass })
        let hash = try PasswordHash("$H$" + vector.hash.dropFirst(3))
        #expect(try hash.matches(vector.password))
        #expect(try !hash.matches(vector.password + [UInt8(ascii: " ")]))
    }

    @Test func `Devise's hashes match with their pepper alone`() throws {
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

    @Test func `the example in Spring Security's documentation is verified`() throws {
        let hash = try PasswordHash("{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG")
        #expect(hash.format == .springBcrypt)
        #expect(try hash.matches(Array("password".utf8)))
        #expect(try !hash.matches(Array("passwore".utf8)))
    }

    @Test func `argon2i from before versions were written is of the first version`() throws {
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

    @Test func `what stands on MD5 or SHA-1, and sha2-crypt of few rounds, is legacy`() throws {
        for vector in PasswordVector.all {
            let weak = ["phpass", "sha1"].contains { vector.format.rawValue.contains($0) }
            let fewRounds =
                vector.format.rawValue.hasSuffix("-crypt") && vector.format.rawValue.hasPrefix("sha")
                && !vector.hash.contains("rounds=5") && !vector.hash.contains("rounds=6")
            #expect(try vector.read().isLegacy == (weak || fewRounds), "\(vector.testDescription)")
        }
    }

    @Test func `only argon2id of our cost or more is as good as a new hash`() throws {
        #expect(try PasswordHash(Argon2Hash(password: [1]).text).isCurrent)
        for vector in PasswordVector.all {
            let isCurrent = vector.format == .argon2id && vector.hash.contains("m=65536")
            #expect(try vector.read().isCurrent == isCurrent, "\(vector.testDescription)")
        }
    }
}

extension PasswordFormat {
    fileprivate var trimsBlanks: Bool { self == .wordpressBcrypt || self == .phpass }
}
