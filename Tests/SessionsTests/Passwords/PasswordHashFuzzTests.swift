import Testing
import TestSupport

@testable import Sessions

/// Whatever stands in a users table: it is refused or read, and what is read can be run.
@Suite struct PasswordHashFuzzTests {
    /// In the place of a character: what the formats are made of, and a little that they are not.
    private static let characters = Array("$./:,={}!*-+019aAzZvmtpry \u{0}é".unicodeScalars.map(String.init))

    @Test(arguments: PasswordVector.cheap)
    func `no beginning of a hash matches`(vector: PasswordVector) throws {
        var refused = 0
        for length in 0..<vector.hash.count {
            guard let hash = try? PasswordHash(String(vector.hash.prefix(length)), pepper: vector.pepper) else {
                refused += 1
                continue
            }
            #expect(try !hash.matches(vector.password), "\(length) characters")
        }
        // argon2's tag is as long as the text says; all other formats have one length.
        #expect(refused >= vector.hash.count - 32)
    }

    @Test(arguments: PasswordVector.all.indices)
    func `mutated hashes are refused, or read with costs within the bounds`(index: Int) {
        var generator = SeededGenerator(seed: UInt64(index))
        for _ in 0..<300 {
            let text = Self.mutate(PasswordVector.all[index].hash, &generator)
            guard let hash = try? PasswordHash(text) else { continue }
            #expect(!hash.cost(ofPassword: .max).exceeds(.highest), "\(text)")
        }
    }

    @Test(arguments: PasswordVector.cheap.indices)
    func `mutated hashes that are cheap can be run, and do not match`(index: Int) throws {
        let vector = PasswordVector.cheap[index]
        var generator = SeededGenerator(seed: UInt64(index))
        var ran = 0
        for _ in 0..<200 where ran < 8 {
            let text = Self.mutate(vector.hash, &generator)
            guard text != vector.hash, let hash = try? PasswordHash(text, pepper: vector.pepper),
                hash.cost.time < .milliseconds(20)
            else { continue }
            ran += 1
            // But for bcrypt, whose variants are the same for most passwords, and whose salt ends with bits that do not
            // count.
            let matches = try hash.matches(vector.password)
            #expect(!matches || vector.format.rawValue.contains("bcrypt"), "\(text)")
        }
    }

    @Test func `random texts are refused`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 1...120, using: &generator))
                .map { _ in Self.characters.randomElement(using: &generator) ?? "" }.joined()
            #expect((try? PasswordHash(text)) == nil, "\(text)")
        }
    }

    private static func mutate(_ text: String, _ generator: inout SeededGenerator) -> String {
        var characters = text.map(String.init)
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: 0..<characters.count, using: &generator)
            let character = Self.characters.randomElement(using: &generator) ?? ""
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: characters[place] = character
            case 1: characters.insert(character, at: place)
            case 2: characters[place] = ""
            case 3: characters.swapAt(place, Int.random(in: 0..<characters.count, using: &generator))
            default: characters.insert(contentsOf: characters[place...].prefix(12), at: place)
            }
        }
        return characters.joined()
    }
}
