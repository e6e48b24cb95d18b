import Testing

@testable import Sessions

@Suite struct SessionTokenTests {
    private let key = TokenKey(generation: 1, bytes: Array(repeating: 7, count: 32))
    private let random = (0..<32).map { UInt8($0) }

    @Test func `a new token has 58 characters and reads back as itself`() throws {
        let token = SessionToken(random: random, key: key)
        #expect(token.secretText.utf8.count == 58)
        #expect(token.secretText.hasPrefix("afs_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"))
        let read = try #require(SessionToken(token.secretText))
        #expect(read.hash == token.hash)
        #expect(key.recognizes(read))
    }

    @Test func `the hash is SHA-256 over the token's characters`() throws {
        // printf '%s' afs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | sha256sum
        let token = try #require(SessionToken("afs_" + String(repeating: "A", count: 54)))
        let hex = token.hash.bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        #expect(hex == "461a9a37d805d4ef15d7324d742a66910d2454e247f6289a2a759da81fd36649")
    }

    @Test(arguments: [
        "", "afs_", String(repeating: "A", count: 58), "AFS_" + String(repeating: "A", count: 54),
        "afs_" + String(repeating: "A", count: 53), "afs_" + String(repeating: "A", count: 55),
        "afs_" + String(repeating: "A", count: 53) + "=", "afs_" + String(repeating: "A", count: 53) + "+",
        "afs_" + String(repeating: "A", count: 53) + "/", "afs_" + String(repeating: "A", count: 53) + "B",
        "afs_" + String(repeating: "A", count: 53) + "\0", "afs_" + String(repeating: "é", count: 27),
        " afs_" + String(repeating: "A", count: 53),
    ])
    func `a text that is not canonical is not a token`(text: String) {
        #expect(SessionToken(text) == nil)
    }

    @Test func `a token without a key's tag is not recognized, whichever bit was changed`() throws {
        let token = SessionToken(random: random, key: key)
        var characters = Array(token.secretText.utf8)
        // The last character has four bits that must be zero, so that another one is not even canonical.
        for index in 4..<57 {
            let original = characters[index]
            characters[index] = original == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let changed = try #require(SessionToken(String(decoding: characters, as: UTF8.self)))
            #expect(!key.recognizes(changed))
            characters[index] = original
        }
        #expect(!TokenKey(generation: 2, bytes: Array(repeating: 8, count: 32)).recognizes(token))
    }

    @Test func `tokens of every accepted key are recognized, and new ones have the tag of the minting key`() throws {
        let old = TokenKey(generation: 1, bytes: Array(repeating: 1, count: 32))
        let new = TokenKey(generation: 2, bytes: Array(repeating: 2, count: 32))
        let keys = try #require(TokenKeys(accepted: [old, new], minting: 1))
        #expect(keys.recognize(SessionToken(random: random, key: old)))
        #expect(keys.recognize(SessionToken(random: random, key: new)))
        let minted = try keys.newToken()
        #expect(old.recognizes(minted))
        #expect(TokenKeys(accepted: [old], minting: 3) == nil)
    }

    @Test func `tokens do not repeat`() throws {
        let keys = try #require(TokenKeys(accepted: [key], minting: 1))
        var seen: Set<String> = []
        for _ in 0..<1000 {
            let isNew = seen.insert(try keys.newToken().secretText).inserted
            #expect(isNew)
        }
    }

    @Test func `printing a token or a key shows neither`() {
        let token = SessionToken(random: random, key: key)
        for text in ["\(token)", String(reflecting: token), "\(key)", String(reflecting: key)] {
            #expect(!text.contains("AAEC"))
            #expect(!text.contains("7, 7"))
        }
    }
}
