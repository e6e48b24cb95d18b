/// A response in the form in which it goes out: for answers that are given many times, or written without detours.
struct SerializedResponse {
    let bytes: [UInt8]

    init(_ response: Response) {
        bytes = response.serialized()
    }

    /// - Parameter bytes: what a ``ResponseWriter`` has written.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}
