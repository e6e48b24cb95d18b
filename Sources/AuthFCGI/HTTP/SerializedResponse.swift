/// The bytes of a response, as routes hand it to the codec of whatever protocol the request came by.
struct SerializedResponse {
    /// The response from its status on, as ``ResponseWriter`` writes it: `200 OK`, headers, an empty line, the body.
    let bytes: [UInt8]
    /// The number of bytes of the body, which are the last ones.
    let bodyBytes: Int

    init(_ response: Response) {
        bytes = response.serialized()
        bodyBytes = response.body.count
    }

    /// - Parameter bytes: the result of a ``ResponseWriter`` for a response without a body.
    init(withoutBody bytes: [UInt8]) {
        self.bytes = bytes
        bodyBytes = 0
    }
}
