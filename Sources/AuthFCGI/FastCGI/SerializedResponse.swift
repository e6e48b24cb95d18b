/// A response in the form in which it goes out, for answers that are given many times.
struct SerializedResponse {
    let bytes: [UInt8]

    init(_ response: Response) {
        var bytes: [UInt8] = []
        response.append(to: &bytes)
        self.bytes = bytes
    }
}
