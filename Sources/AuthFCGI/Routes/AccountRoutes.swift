internal import EventLoop

/// `GET /auth/account` and `POST /auth/account`. A stand-in.
@EventLoop
struct AccountRoutes {
    func page(_ exchange: Exchange) { exchange.respond(.nothingHere) }

    func change(_ exchange: Exchange) { exchange.respond(.nothingHere) }
}
