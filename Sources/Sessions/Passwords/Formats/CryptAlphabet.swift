/// The 64 characters of crypt(3), in their order.
enum CryptAlphabet {
    static let characters = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Returns the value of a character, 0 to 63, or nil for any other character.
    static func value(of character: UInt8) -> Int? { characters.firstIndex(of: character) }
}

extension Substring {
    var isOfCryptAlphabet: Bool { utf8.allSatisfy { CryptAlphabet.value(of: $0) != nil } }
}
