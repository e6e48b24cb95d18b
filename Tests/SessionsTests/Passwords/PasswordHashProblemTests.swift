import Testing

@testable import Sessions

@Suite struct PasswordHashProblemTests {
    private static let bcryptEnd = "12345678901234567890uuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"
    private static let tag = "AAAAAAAAAAAAAAAAAAAAAA"
    private static let key32 = String(repeating: "A", count: 43)
    private static let key64 = String(repeating: "A", count: 86)
    private static let digits80 = String(repeating: "a", count: 80)

    private func problem(_ stored: String) -> PasswordHashProblem? {
        do throws(PasswordHashProblem) {
            _ = try PasswordHash(stored)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["", "!", "!!", "*", "x", "*LK*", "!aBcDeFgHiJkLmNoPqRsTuVwXyZ", "!$6$salt$hash"])
    func `texts that mean "no password" are recognised`(stored: String) {
        #expect(problem(stored) == .unusable)
    }

    @Test(arguments: [
        "secret", "{noop}secret", "{bcrypt}secret", "{noop}$2b$04$\(bcryptEnd)", "{bcrypt}{noop}secret", "$", "$$",
        "{", "{}", "}", "{argon2}", "{argon2}secret", "{Bcrypt}$2b$04$\(bcryptEnd)", "{id}{bcrypt}$2b$04$\(bcryptEnd)",
        "{MD5}5f4dcc3b5aa765d61d8327deb882cf99", "{SHA-256}{c2FsdA==}\(String(repeating: "a", count: 64))",
        "{ldap}{SSHA}\(tag)", "{SSHA}\(tag)", "{pbkdf2}\(digits80)aa", "{pbkdf2}\(digits80.dropLast(2))",
        "{pbkdf2}\(digits80.dropLast())A", "{pbkdf2@SpringSecurity_v5_8}\(digits80)", "{pbkdf2@v5_8}\(digits80)",
        "{pbkdf2}", "{sha256}\(digits80)aa", "{sha256}\(digits80.dropLast(2))", "{sha256}",
        "{scrypt}$0e0801$\(tag)==$\(key32)=", "{scrypt}$E0801$\(tag)==$\(key32)=", "{scrypt}$+e0801$\(tag)==$\(key32)=",
        "{scrypt}$801$\(tag)==$\(key32)=", "{scrypt}$e0001$\(tag)==$\(key32)=", "{scrypt}$e0800$\(tag)==$\(key32)=",
        "{scrypt}$400801$\(tag)==$\(key32)=", "{scrypt}$e0801$\(tag)==$\(tag)==", "{scrypt}$e0801$\(tag)==$\(key64)==",
        "{scrypt}e0801$\(tag)==$\(key32)=", "{scrypt}$7$C6..../....salt$\(key32)",
        "$$$$$",
        "5f4dcc3b5aa765d61d8327deb882cf99", "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99", "rl.3StKT.4T8M",
        "$1$abcdefgh$irWbblnpmw.5z7wgBnprh0", "$2$04$\(bcryptEnd)", "$2x$04$\(bcryptEnd)", "$2b$4$\(bcryptEnd)",
        "$2b$03$\(bcryptEnd)", "$2b$32$\(bcryptEnd)", "$2b$+4$\(bcryptEnd)", "$2b$04$\(bcryptEnd)a",
        "$argon2d$v=19$m=1024,t=2,p=1$\(tag)$\(tag)", "$argon2id$v=17$m=1024,t=2,p=1$\(tag)$\(tag)",
        "$argon2id$v=19$m=1024,t=0,p=1$\(tag)$\(tag)", "$argon2id$v=19$m=15,t=1,p=2$\(tag)$\(tag)",
        "$argon2id$v=19$m=4294967296,t=1,p=1$\(tag)$\(tag)", "$argon2id$v=19$m=01024,t=1,p=1$\(tag)$\(tag)",
        "$y$k9T$salt$\(key32)", "$y$j9$salt$\(key32)", "$y$j9T5$salt$\(key32)", "$y$jzT$salt$\(key32)",
        "$7$.U..../....salt$\(key32)", "$7$C........./....$\(key32)", "$7$$\(key32)",
        "$6$rounds=999$salt$\(key64)", "$6$rounds=05000$salt$\(key64)", "$6$rounds=5000$salt$\(key32)",
        "$6$a-salt-of-too-many-characters$\(key64)", "$5$salt$\(key64)",
        "pbkdf2_sha256$0$salt$\(key32)=", "pbkdf2_sha256$-1$salt$\(key32)=", "pbkdf2_sha256$1000$$\(key32)=",
        "pbkdf2_sha256$1000$salt$\(key32)", "pbkdf2_sha512$1000$salt$\(key64)==", "scrypt$1000$salt$8$1$\(key64)==",
        "scrypt$1$salt$8$1$\(key64)==", "scrypt$1024$salt$0$1$\(key64)==", "scrypt$1024$salt$8$0$\(key64)==",
        "scrypt:1024:8$salt$00", "scrypt:1024:8:1$salt$00", "pbkdf2:md5:1000$salt$00", "pbkdf2:sha256$salt$00",
        "$pbkdf2-sha256$1000$\(tag)$\(tag)", "$bcrypt-sha256$v=3,t=2b,r=4$12345678901234567890uu$x",
        "$scrypt$ln=64,r=8,p=1$\(tag)$\(key32)", "$scrypt$ln=8,r=8$\(tag)$\(key32)",
        "$P$B12345678", "$P$.12345678abcdefghijklmnopqrstuv", "$wp$2b$04$\(bcryptEnd)", "$wp$2y$04$",
        "$2b$04$\(bcryptEnd)\n", " $2b$04$\(bcryptEnd)", "pbkdf2_sha256$1000$ß$\(key32)=",
        "pbkdf2_sha256$1000$\(String(repeating: "a", count: 1000))$\(key32)=",
    ])
    func `unknown formats and texts that are not canonical are unknown`(stored: String) {
        #expect(problem(stored) == .unknown)
    }

    @Test(arguments: [
        ("$2b$17$\(bcryptEnd)", PasswordFormat.bcrypt), ("$2y$31$\(bcryptEnd)", .bcrypt),
        ("bcrypt_sha256$$2b$20$\(bcryptEnd)", .djangoBcryptSHA256), ("$wp$2y$17$\(bcryptEnd)", .wordpressBcrypt),
        ("{bcrypt}$2a$17$\(bcryptEnd)", .springBcrypt),
        ("{argon2}$argon2id$v=19$m=262145,t=1,p=1$\(tag)$\(tag)", .springArgon2),
        ("{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=1024,t=17,p=1$\(tag)$\(tag)", .springArgon2),
        ("{scrypt}$130801$\(tag)==$\(key32)=", .springScrypt), ("{scrypt}$e08ff$\(tag)==$\(key32)=", .springScrypt),
        ("{scrypt@SpringSecurity_v5_8}$3fffff$\(tag)==$\(key32)=", .springScrypt),
        ("$argon2id$v=19$m=262145,t=1,p=1$\(tag)$\(tag)", .argon2id),
        ("$argon2i$v=19$m=1024,t=17,p=1$\(tag)$\(tag)", .argon2i),
        ("argon2$argon2id$v=19$m=1024,t=1,p=17$\(tag)$\(tag)", .djangoArgon2),
        ("$argon2id$v=19$m=4294967295,t=4294967295,p=1$\(tag)$\(tag)", .argon2id),
        ("$y$jET$salt$\(key32)", .yescrypt), ("$gy$jjj$salt$\(key32)", .gostYescrypt),
        ("$7$EU..../....salt$\(key32)", .scryptCrypt), ("$7$zzzzzzzzzzzsalt$\(key32)", .scryptCrypt),
        ("$7$CU.....1...salt$\(key32)", .scryptCrypt),
        ("$6$rounds=880000$salt$\(key64)", .sha512Crypt), ("$5$rounds=999999999$salt$\(key32)", .sha256Crypt),
        ("pbkdf2_sha256$10000001$salt$\(key32)=", .djangoPBKDF2SHA256),
        ("$pbkdf2-sha512$4294967295$\(tag)$\(key64)", .passlibPBKDF2SHA512),
        ("scrypt$524288$salt$8$1$\(key64)==", .djangoScrypt), ("scrypt$16384$salt$8$500$\(key64)==", .djangoScrypt),
        ("scrypt$2147483648$salt$4294967295$4294967295$\(key64)==", .djangoScrypt),
        ("$scrypt$ln=63,r=4294967295,p=4294967295$\(tag)$\(key32)", .passlibScrypt),
        ("$P$L12345678abcdefghijklmnopqrstuv", .phpass), ("$P$S12345678abcdefghijklmnopqrstuv", .phpass),
    ])
    func `a hash above the limits is refused before it is computed`(stored: String, format: PasswordFormat) {
        #expect(problem(stored) == .tooCostly(format))
    }

    @Test(arguments: [
        "$2b$16$\(bcryptEnd)", "$argon2id$v=19$m=262144,t=16,p=16$\(tag)$\(tag)", "$y$jDT$salt$\(key32)",
        "$7$DU..../....salt$\(key32)", "$6$rounds=870000$salt$\(key64)", "pbkdf2_sha256$10000000$salt$\(key32)=",
        "$pbkdf2-sha512$7000000$\(tag)$\(key64)", "$scrypt$ln=17,r=8,p=1$\(tag)$\(key32)",
        "{scrypt}$110801$\(tag)==$\(key32)=", "{pbkdf2}\(digits80)", "{sha256}\(digits80)",
        "$P$I12345678abcdefghijklmnopqrstuv",
    ])
    func `a hash at the limits is read`(stored: String) {
        #expect(problem(stored) == nil)
    }

    @Test func `the cost follows from the parameters`() throws {
        #expect(try PasswordHash("$argon2id$v=19$m=19456,t=2,p=1$\(Self.tag)$\(Self.tag)").cost.bytes == 19_456 << 10)
        #expect(try PasswordHash("$y$j9T$salt$\(Self.key32)").cost.bytes == 16 << 20)
        #expect(try PasswordHash("$7$CU..../....salt$\(Self.key32)").cost.bytes == 64 << 20 + 128 * 32)
        let (cheap, costly) = (
            try PasswordHash("$2b$10$\(Self.bcryptEnd)").cost, try PasswordHash("$2b$12$\(Self.bcryptEnd)").cost
        )
        #expect(costly.time == cheap.time * 4)
        #expect(costly.exceeds(cheap) && !cheap.exceeds(costly))
    }

    @Test func `scrypt with few blocks and many lanes costs what making the lanes takes`() throws {
        let key = String(repeating: "a", count: 128)
        // Measured with OpenSSL: 2.5 s, of which the blocks are less than one.
        let many = try PasswordHash("scrypt:2:1:1395000$salt$\(key)").cost
        #expect(many.time > .seconds(2.5) && many.time < .seconds(5))
        // Each piece of a lane reads the salt.
        let salt = String(repeating: "s", count: 400)
        let (short, long) = (
            try PasswordHash("scrypt:2:1:1000000$salt$\(key)").cost,
            try PasswordHash("scrypt:2:1:1000000$\(salt)$\(key)").cost
        )
        #expect(long.time > short.time * 1.3 && long.time < short.time * 2)
        // N 2, r 1 and 1,835,008 lanes in libxcrypt's format: 5.1 s.
        #expect(problem("$7$//.......5.salt$\(Self.key32)") == .tooCostly(.scryptCrypt))
        let usual = try PasswordHash("scrypt:32768:8:1$salt$\(key)").cost
        #expect(usual.time > .milliseconds(93) && usual.time < .milliseconds(95))
    }

    @Test func `a long password costs more where each round reads it, up to the length that is read`() throws {
        for (stored, factor, most) in [
            ("$6$rounds=20000$salt$\(Self.key64)", 9.0, 511), ("$5$salt$\(Self.key32)", 9, 511),
            ("$P$B12345678abcdefghijklmnopqrstuv", 7, 1024), ("$2b$10$\(Self.bcryptEnd)", 1, 72),
            ("pbkdf2_sha256$100000$salt$\(Self.key32)=", 1, 1024),
        ] {
            let hash = try PasswordHash(stored)
            let cost = hash.cost(ofPassword: most)
            #expect(abs(cost.time / hash.cost.time - factor) < 1, "\(stored)")
            #expect(hash.cost(ofPassword: most + 1000) == cost && cost.timePerByte == .zero)
        }
    }

    @Test func `the description of a problem names the format and never the hash`() {
        #expect("\(PasswordHashProblem.tooCostly(.bcrypt))".contains("(bcrypt)"))
        #expect("\(PasswordHashProblem.legacyRefused(.phpass))".contains("(phpass)"))
    }
}
