/// Requests with a form as their body.
extension Exchange {
    /// The reason why a body is no form that a browser makes of a page of this program.
    enum UnreadableForm: Error {
        case otherMediaType
        case tooLong
        /// Cut short, or not to be read in one way alone.
        case malformed

        var status: HTTPStatus {
            switch self {
            case .otherMediaType: .unsupportedMediaType
            case .tooLong: .contentTooLarge
            case .malformed: .badRequest
            }
        }
    }

    /// Reads the form in the body.
    func form() throws(UnreadableForm) -> FormFields {
        guard request.mediaType == .form else { throw .otherMediaType }
        switch body {
        case .tooLong: throw .tooLong
        case .cutShort: throw .malformed
        case .whole(let bytes):
            do throws(FormFields.Problem) {
                return try FormFields(bytes)
            } catch {
                throw .malformed
            }
        }
    }

    /// Reads the form in the body, for routes that show no page to whoever sends no form.
    /// - Returns: nil if there is none; the exchange is then answered.
    func formOrRefusal() -> FormFields? {
        do throws(UnreadableForm) {
            return try form()
        } catch {
            switch error {
            case .otherMediaType:
                respond(
                    .error(
                        error.status, code: "unsupported_media_type",
                        message: "send Content-Type: application/x-www-form-urlencoded"))
            case .tooLong:
                respond(.error(error.status, code: "body_too_large", message: "the body is longer than 8 KiB"))
            case .malformed:
                respond(.error(error.status, code: "bad_request", message: "the body is not a form of this page"))
            }
            return nil
        }
    }
}
