internal import EventLoop

/// `GET /auth/reset` and `POST /auth/reset`. A stand-in.
@EventLoop
struct ResetRoutes {
    func page(_ exchange: Exchange) { exchange.respond(.nothingHere) }

    func submit(_ exchange: Exchange) { exchange.respond(.nothingHere) }
}
