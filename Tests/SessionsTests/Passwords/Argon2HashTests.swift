import Testing

@testable import Sessions

@Suite struct Argon2HashTests {
    /// Hashes of the reference program argon2(1).
    private static let vectors = [
        "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk",
        "$argon2id$v=19$m=1024,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$+YRb1vMiXj/wiGjKdGtz2NCYHkWnaBq9",
    ]

    @Test(arguments: vectors)
    func `hashes of the reference program are verified, also with several lanes`(text: String) throws {
        let hash = try #require(Argon2Hash(Substring(text)))
        #expect(try hash.matches(Array("correct horse".utf8)))
        #expect(try !hash.matches(Array("correct horsf".utf8)))
        #expect(try !hash.matches([]))
        #expect(hash.text == text)
    }

    @Test func `a new hash has OWASP's cost, a salt of its own, and matches its password alone`() throws {
        let password = Array("pässwörd".utf8)
        let (first, second) = (try Argon2Hash(password: password), try Argon2Hash(password: password))
        #expect(first.text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(first.text != second.text)
        let read = try #require(Argon2Hash(Substring(first.text)))
        #expect(try read.matches(password))
        #expect(try !read.matches(password + [0]))
    }

    @Test(arguments: [
        "", "!", "$", "$argon2id$", "$argon2d$v=19$m=1024,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=17$m=1024,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=1024,t=3$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=1024,t=3,p=4,x=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$t=3,m=1024,p=4$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=-1,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=1024,t=3,p=4$MDEy$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=1024,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$AAAA",
        "$argon2id$v=19$m=1024,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAA=",
        "$2b$12$WApznUPhDubN0oeveSXHp.Rk0rMbfbqIkiLGtBbS8rDdHF.6xUqLW",
    ])
    func `a text that is not an argon2 password hash is not parsed`(text: String) {
        #expect(Argon2Hash(Substring(text)) == nil)
    }

    @Test(arguments: ["m=8,t=2,p=4", "m=19456,t=0,p=1", "m=19456,t=2,p=0"])
    func `an invalid cost is not parsed`(cost: String) {
        #expect(Argon2Hash("$argon2id$v=19$\(cost)$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA") == nil)
    }
}
