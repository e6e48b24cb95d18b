/// The answer 401 to a check, with the address at which the client can sign in.
///
/// The front needs the address, not the client: nginx redirects pages to it, and others show it to a person or ignore it.
/// All but the place to return to is written once, since a site may get any number of requests without a session.
struct RefusedResponse: Sendable {
    private let address: SignInAddress
    private let bytes: [UInt8]
    /// The end of the address without its query.
    private let end: Int
    /// The answer without an address.
    private let bare: SerializedResponse

    /// The headers of every refused check besides the address.
    static let headers: [(name: HeaderName, value: HeaderValue)] = [(.wwwAuthenticate, "Bearer")]

    init(_ address: SignInAddress) {
        self.address = address
        var writer = ResponseWriter(.unauthorized)
        for (name, value) in Self.headers { writer.append(name, value) }
        writer.append(.authLocation, HeaderValue(url: address.url))
        end = writer.count
        bytes = writer.finish(contentType: nil, body: [])
        bare = SerializedResponse(Response(.unauthorized, headers: Self.headers))
    }

    /// Returns the answer to a request.
    func response(to request: OriginalRequest) -> SerializedResponse {
        guard !address.isAddress(of: request) else { return bare }
        var answer: [UInt8] = []
        answer.reserveCapacity(bytes.count + 512)
        answer.append(contentsOf: bytes[..<end])
        address.appendQuery(for: request, to: &answer)
        answer.append(contentsOf: bytes[end...])
        return SerializedResponse(answer)
    }
}
