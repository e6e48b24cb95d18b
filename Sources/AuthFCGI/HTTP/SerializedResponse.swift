/// The bytes of a response, for responses that are sent many times or written directly.
struct SerializedResponse {
    let bytes: [UInt8]

    init(_ response: Response) {
        bytes = response.serialized()
    }

    /// - Parameter bytes: the result of a ``ResponseWriter``.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}
