/// What requests have in common that bring a JSON object.
extension Gate {
    /// The body of a request, to be decoded; nil when it cannot be one, and that is answered.
    func jsonBody(_ exchange: FastCGIExchange) -> [UInt8]? {
        if exchange.bodyTooLarge {
            exchange.respond(
                .error(.contentTooLarge, code: "body_too_large", message: "the body is longer than 8 KiB"))
            return nil
        }
        if exchange.bodyIsIncomplete {
            refuseBody(exchange, "the body is shorter than Content-Length says")
            return nil
        }
        guard Self.isJSON(exchange.parameter("CONTENT_TYPE") ?? "") else {
            exchange.respond(
                .error(
                    .unsupportedMediaType, code: "unsupported_media_type",
                    message: "send Content-Type: application/json"))
            return nil
        }
        return exchange.body
    }

    /// 400 with what is wrong.
    func refuseBody(_ exchange: FastCGIExchange, _ message: String) {
        exchange.respond(.error(.badRequest, code: "bad_request", message: message))
    }

    private static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }
        return type.lowercased().split(separator: " ") == ["application/json"]
    }
}
