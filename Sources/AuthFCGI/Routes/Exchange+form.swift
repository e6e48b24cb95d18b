/// Requests with a form as their body.
extension Exchange {
    /// The reason why a form is refused: the status of the answer.
    struct UnreadableForm: Error, Equatable {
        let status: HTTPStatus
    }

    /// Reads the form in the body.
    func form() throws(UnreadableForm) -> FormFields {
        guard case .whole(let bytes) = body else {
            throw UnreadableForm(status: body == .tooLong ? .contentTooLarge : .badRequest)
        }
        do throws(FormFields.Problem) {
            return try FormFields(bytes)
        } catch {
            throw UnreadableForm(status: .badRequest)
        }
    }
}
