import Testing
import TestSupport

@testable import Sessions

/// Any text in a users table is either refused or read, and a hash that is read can be computed.
@Suite struct PasswordHashFuzzTests {
    /// The characters for mutations: those of the formats and some others.
    private static let characters = Array("$./:,={}!*-+019aAzZvmtpry \u{0}é".unicodeScalars.map(String.init))

    @Test(arguments: PasswordVector.cheap)
    func `no prefix of a hash matches`(vector: PasswordVector) throws {
        var refused = 0
        for length in 0..<vector.hash.count {
            guard let hash = try? PasswordHash(String(vector.hash.prefix(length)), pepper: vector.pepper) else {
                refused += 1
                continue
            }
            #expect(try !hash.matches(vector.password), "\(length) characters")
        }
        // argon2's tag has any length; all other formats have one length.
        #expect(refused >= vector.hash.count - 32)
    }

    @Test(arguments: PasswordVector.all.indices)
    func `mutated hashes are refused, or read with costs within the limits`(index: Int) {
        var generator = SeededGenerator(seed: UInt64(index))
        for _ in 0..<300 {
            let text = Self.mutate(PasswordVector.all[index].hash, &generator)
            guard let hash = try? PasswordHash(text) else { continue }
            #expect(!hash.cost(ofPassword: .max).exceeds(.highest), "\(text)")
        }
    }

    @Test(arguments: PasswordVector.cheap.indices)
    func `mutated cheap hashes can be computed, and do not match`(index: Int) throws {
        let vector = PasswordVector.cheap[index]
        var generator = SeededGenerator(seed: UInt64(index))
        var ran = 0
        for _ in 0..<200 where ran < 8 {
            let text = Self.mutate(vector.hash, &generator)
            guard text != vector.hash, let hash = try? PasswordHash(text, pepper: vector.pepper),
                hash.cost.time < .milliseconds(20)
            else { continue }
            ran += 1
            // Except bcrypt, whose variants agree for most passwords, and whose salt ends with unused bits.
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
