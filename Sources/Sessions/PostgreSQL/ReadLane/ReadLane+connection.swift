internal import DequeModule
internal import EventLoop
internal import Logging

/// How the lane loses its connection, and gets another one.
extension ReadLane {
    /// Wakes at the deadline of what was sent first.
    func armDeadline() {
        guard deadlineTimer == nil, let deadline = firstDeadline else { return }
        deadlineTimer = Reactor.shared.schedule(at: deadline) { [weak self] in
            guard let self else { return }
            deadlineTimer = nil
            if let deadline = firstDeadline, deadline <= .now { lose(.deadline) }
            armDeadline()
        }
    }

    var firstDeadline: BootInstant? {
        for question in outstanding {
            switch question {
            case .lookUps(let batch): return batch[0].sentAt + configuration.lookUpDeadline
            case .absent(let lookUp): return lookUp.sentAt + configuration.lookUpDeadline
            case .heartbeat(let sent): return sent + configuration.lookUpDeadline
            case .sync: continue
            }
        }
        return nil
    }

    /// Throws the connection away. Look-ups that still have time wait for the next one, once.
    func lose(_ error: PostgreSQLError) {
        guard connection != nil else { return }
        // What the server said before it went still counts.
        takeRevocations()
        connector.lost(error)
        let asked = takeAll()
        drop()
        for lookUp in asked {
            if lookUp.isSecondTry {
                answer(lookUp, .failure(.unavailable(error.reason)))
            } else {
                lookUp.isSecondTry = true
                wait(lookUp)
            }
        }
        reconnect()
    }

    /// Takes out every look-up that is on the connection or about to be.
    func takeAll() -> [LookUp] {
        var all: [LookUp] = []
        for question in outstanding {
            switch question {
            case .lookUps(let batch): all += batch
            case .absent(let lookUp): all.append(lookUp)
            case .heartbeat, .sync: break
            }
        }
        all += gathered
        gathered.removeAll()
        outstanding.removeAll()
        return all.filter { !$0.isAnswered }
    }

    func drop() {
        guard let connection else { return }
        connection.leaveLoop()
        self.connection = nil
        arrivedHeartbeat = nil
        heartbeatIsDue = false
        hasHeartbeat = false
        deadlineTimer?.cancel()
        deadlineTimer = nil
    }

    func wait(_ lookUp: LookUp) {
        waiting.add(lookUp) { [weak self] lookUp in
            self?.answer(lookUp, .failure(.unavailable("PostgreSQL is not reachable")))
        }
    }

    func reconnect() {
        guard !isClosed else { return }
        connector.connect { [weak self] result in
            guard let self else { return }
            switch consume result {
            case .success(let connection): adopt(connection)
            case .failure(let error):
                if case .unusable = error { onUnusable?(error.reason(configuration.names)) }
                reconnect()
            }
        }
    }

    private func adopt(_ connection: PostgreSQLConnection) {
        guard !isClosed else { return }
        self.connection = connection
        openedAt = .now
        connection.joinLoop(self)
        logWhetherListening(connection)
        sendHeartbeat()
        for lookUp in waiting.takeAll() {
            lookUp.sentAt = .now
            gather(lookUp)
        }
    }

    /// Says once that sessions cannot be kept, and once that they can be again.
    private func logWhetherListening(_ connection: PostgreSQLConnection) {
        guard memory.isOn else { return }
        if case .unavailable(let reason) = connection.notifications {
            guard notListening.begin(reason) else { return }
            log.warning(
                "session cache off, every check queries PostgreSQL: \(reason); connect to PostgreSQL directly\(configuration.names.hint(.url))"
            )
        } else if notListening.end() {
            log.info("session cache on again: PostgreSQL notifies of revocations")
        }
    }
}
