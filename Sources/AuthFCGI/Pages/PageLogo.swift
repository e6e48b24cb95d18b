/// The address of a picture at the head of the pages.
struct PageLogo: Equatable, Sendable {
    let address: String
    /// The origin of the picture for Content-Security-Policy; nil for a picture of this site, or one in the address.
    let origin: String?

    /// The longest address. A picture in the address is a part of each page.
    static let maxLength = 6000

    /// - Returns: nil unless the address is a path of this site, begins with `https://` or `http://` and a host, or has a
    ///   picture in it (`data:image/…`).
    init?(_ address: String) {
        guard address.utf8.count <= Self.maxLength, address.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            !address.utf8.contains(UInt8(ascii: "\\"))
        else { return nil }
        self.address = address
        if address.hasPrefix("data:image/") || address.hasPrefix("/") && !address.hasPrefix("//") {
            origin = nil
            return
        }
        guard let scheme = ["https://", "http://"].first(where: { address.hasPrefix($0) }) else { return nil }
        let authority = address.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        guard Authority(authority) != nil else { return nil }
        origin = scheme + authority.lowercased()
    }
}
