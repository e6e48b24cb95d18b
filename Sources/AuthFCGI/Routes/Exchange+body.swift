/// What requests have in common that bring a JSON object.
extension Exchange {
    /// The body of a request, to be decoded; nil when it cannot be one, and that is answered.
    func jsonBody() -> [UInt8]? {
        switch body {
        case .tooLong:
            respond(.error(.contentTooLarge, code: "body_too_large", message: "the body is longer than 8 KiB"))
        case .cutShort:
            refuseBody("the body is shorter than Content-Length says")
        case .whole(let bytes):
            if request.mediaType == .json { return bytes }
            respond(
                .error(
                    .unsupportedMediaType, code: "unsupported_media_type",
                    message: "send Content-Type: application/json"))
        }
        return nil
    }

    /// 400 with what is wrong.
    func refuseBody(_ message: String) {
        respond(.error(.badRequest, code: "bad_request", message: message))
    }
}
