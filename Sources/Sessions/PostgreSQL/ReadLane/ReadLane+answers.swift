internal import DequeModule
internal import EventLoop
internal import Logging

/// What becomes of the server's answers, which come in the order of the questions.
extension ReadLane {
    /// Takes the next answer. Whatever does not fit its question ends the connection.
    func take(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
        guard let question = outstanding.popFirst() else { throw .confusion("an answer to nothing that was asked") }
        do throws(PostgreSQLError) {
            switch (question, result.status) {
            case (.sync, .sync): confirmHeartbeat()
            case (.lookUps(let batch), .rows): try take(result, for: batch)
            case (.absent(let lookUp), .rows): try take(result, forAbsent: lookUp)
            case (.heartbeat(let sent), .rows): try takeHeartbeat(result, sentAt: sent)
            case (.lookUps(let batch), .aborted): for lookUp in batch { askAgain(lookUp, "not run") }
            case (.absent(let lookUp), .aborted): askAgain(lookUp, "not run")
            case (.heartbeat, .aborted): break
            case (.lookUps(let batch), .failed(let error)): try askAgain(batch, error)
            case (.absent(let lookUp), .failed(let error)): try askAgain([lookUp], error)
            case (.heartbeat, .failed(let error)): throw error
            case (_, let status): throw .confusion("the server's answers are out of step (\(status))")
            }
        } catch {
            // What is not answered goes the way of everything on a lost connection.
            outstanding.prepend(question)
            throw error
        }
    }

    private func take(_ result: borrowing PostgreSQLResult, for batch: [LookUp]) throws(PostgreSQLError) {
        if batch.count == 1, result.rowCount == 1 {
            guard SessionRow.hash(result, row: 0) == batch[0].hash else {
                throw .confusion("the answer belongs to another question")
            }
            return answer(batch[0], from: result, row: 0)
        }
        // Nobody is answered before all rows are known to be for somebody of this batch.
        let rows = try SessionRow.rows(result, for: batch)
        for (lookUp, row) in zip(batch, rows) {
            if let row {
                answer(lookUp, from: result, row: row)
            } else {
                askAbsent(lookUp)
            }
        }
    }

    private func answer(_ lookUp: LookUp, from result: borrowing PostgreSQLResult, row: Int) {
        guard let origin = connection?.origin else { return wait(lookUp) }
        do throws(PostgreSQLError) {
            let snapshot = try SessionRow.snapshot(result, row: row, origin: origin)
            memory.learn(snapshot, under: lookUp.hash)
            if let snapshot { onSnapshot?(snapshot, lookUp.hash) }
            answer(lookUp, .success(snapshot?.session))
        } catch {
            log.error("unreadable session row: \(error.reason)")
            answer(lookUp, .failure(.unavailable(error.reason)))
        }
    }

    private func askAbsent(_ lookUp: LookUp) {
        guard let connection else { return wait(lookUp) }
        guard lookUp.deadline > .now else {
            return answer(lookUp, .failure(.unavailable("no answer within the deadline")))
        }
        do throws(PostgreSQLError) {
            lookUp.sentAt = .now
            // The second question may take the connection's time, not the check's.
            Reactor.shared.schedule(at: lookUp.deadline) { [weak self, weak lookUp] in
                guard let self, let lookUp else { return }
                answer(lookUp, .failure(.unavailable("no answer within the deadline")))
            }
            try statements.sendLookUpAbsent(lookUp.hash, on: connection)
            outstanding.append(.absent(lookUp))
            markDirty()
        } catch {
            wait(lookUp)
            lose(error)
        }
    }

    private func take(_ result: borrowing PostgreSQLResult, forAbsent lookUp: LookUp) throws(PostgreSQLError) {
        guard result.rowCount == 1, SessionRow.hash(result, row: 0) == lookUp.hash else {
            throw .confusion("the answer belongs to another question")
        }
        answer(lookUp, from: result, row: 0)
    }

    private func askAgain(_ batch: [LookUp], _ error: PostgreSQLError) throws(PostgreSQLError) {
        guard !error.endsConnection else { throw error }
        log.warning("session look-up failed: \(error.reason)")
        for lookUp in batch { askAgain(lookUp, error.reason) }
    }

    /// Asks once more, in a batch of its own, so that what failed before cannot touch it again.
    private func askAgain(_ lookUp: LookUp, _ reason: String) {
        guard connection != nil, !lookUp.isSecondTry, lookUp.deadline > .now else {
            return answer(lookUp, .failure(.unavailable(reason)))
        }
        lookUp.isSecondTry = true
        turnEnds()  // what was gathered before gets its own Sync first
        lookUp.sentAt = .now
        gather(lookUp)
        turnEnds()
    }

    /// Whatever the server says of itself that is not as it was when the connection was opened ends the lease at once:
    /// what else it says cannot be relied on either. One that goes, or says nothing, only does not renew it.
    private func takeHeartbeat(
        _ result: borrowing PostgreSQLResult, sentAt sent: BootInstant
    ) throws(PostgreSQLError) {
        do throws(PostgreSQLError) {
            try take(heartbeat: Heartbeat(result), sentAt: sent)
        } catch {
            memory.endLease()
            throw error
        }
    }

    private func take(heartbeat: Heartbeat, sentAt sent: BootInstant) throws(PostgreSQLError) {
        guard let connection else { return }
        guard heartbeat.origin == connection.origin else {
            throw .connection("another server answers than the one that the connection was opened to")
        }
        if connection.isListening {
            guard heartbeat.backend == connection.backend, heartbeat.isListening else {
                throw .connection("the server does not tell of revocations any more: there is a pooler in between")
            }
        }
        arrivedHeartbeat = (heartbeat, sent)
    }

    /// The end of a heartbeat's batch is here, and with it everything that was notified before: only now it counts.
    private func confirmHeartbeat() {
        guard let (heartbeat, sent) = arrivedHeartbeat, let connection else { return }
        arrivedHeartbeat = nil
        lastHeartbeat = sent
        connector.markHealthy()
        memory.takeHeartbeat(heartbeat, sentAt: sent, isFirst: !hasHeartbeat, listens: connection.isListening)
        // What was made with a key that is gone is no token any more, also if it is kept.
        if let keys, !heartbeat.keys.contains(keys) { hear(.everything) }
        keys = heartbeat.keys
        hasHeartbeat = true
        onHeartbeat?()
    }

    /// Takes the notifications that have arrived; to be called when all results that are here were taken.
    func takeRevocations() {
        while let revocation = connection?.nextRevocation() { hear(revocation) }
    }

    /// Something was revoked: heard, or done by this process.
    func hear(_ revocation: Revocation) {
        memory.hear(revocation)
        // A check that begins now must not get an answer that was asked for before.
        switch revocation {
        case .ended(let hashes), .changed(let hashes): for hash in hashes { underWay[hash] = nil }
        case .user, .everything: underWay.removeAll()
        }
    }
}
