/// Requests with a JSON object as their body.
extension Exchange {
    /// Reads the request in the body.
    /// - Returns: nil if there is none; the exchange is then answered.
    func jsonRequest<Request>(_ read: ([UInt8]) throws(LoginRequest.Problem) -> Request) -> Request? {
        guard let body = jsonBody() else { return nil }
        do throws(LoginRequest.Problem) {
            return try read(body)
        } catch {
            refuseBody(error.message)
            return nil
        }
    }

    /// The complete body, if its type is JSON. Otherwise nil; the exchange is then answered.
    private func jsonBody() -> [UInt8]? {
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

    /// Answers 400 with the reason.
    private func refuseBody(_ message: String) {
        respond(.error(.badRequest, code: "bad_request", message: message))
    }
}
