extension Exchange {
    /// Returns the form in the body.
    /// - Returns: nil if the body is no form that a browser makes of a page of this program; the exchange is then answered.
    func formFields() -> FormFields? {
        guard request.mediaType == .form else {
            respond(
                .error(
                    .unsupportedMediaType, code: "unsupported_media_type",
                    message: "send Content-Type: application/x-www-form-urlencoded"))
            return nil
        }
        do throws(UnreadableForm) {
            return try form()
        } catch {
            respond(.error(error.status, code: "bad_request", message: "the body is not a form of this page"))
            return nil
        }
    }
}
