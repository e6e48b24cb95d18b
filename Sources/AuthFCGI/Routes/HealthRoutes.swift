internal import EventLoop
internal import Sessions

/// `GET /healthz` and `GET /readyz`.
@EventLoop
final class HealthRoutes {
    private let store: SessionStore
    private let isDraining: @EventLoop () -> Bool

    /// - Parameter isDraining: Returns whether the worker accepts no new requests.
    init(store: SessionStore, isDraining: @escaping @EventLoop () -> Bool) {
        self.store = store
        self.isDraining = isDraining
    }

    /// Answers 200: a worker that answers is alive.
    func health(_ exchange: Exchange) { exchange.respond(.json(ReadinessAnswer(status: "alive"))) }

    func readiness(_ exchange: Exchange) {
        // For the next answer: PostgreSQL is asked all the time, Redis only by checks.
        store.probeRedis()
        if isDraining() {
            exchange.respond(.unavailable("draining"))
        } else if store.isReachable(within: .seconds(10)) || store.outlastsDatabase {
            let stores = (store.usesRedis ? ["redis"] : []) + (store.answersNow ? ["postgresql"] : [])
            exchange.respond(.json(ReadinessAnswer(status: "ready", stores: stores)))
        } else {
            exchange.respond(
                .unavailable(
                    store.wasReached
                        ? "PostgreSQL has not answered for more than 10 s"
                        : "PostgreSQL has not answered since the worker's start"))
        }
    }
}
