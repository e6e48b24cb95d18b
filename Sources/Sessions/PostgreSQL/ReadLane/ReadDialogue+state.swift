internal import EventLoop

/// The parts of a ``ReadDialogue``.
extension ReadDialogue {
    /// A message to the server.
    enum Message: Equatable {
        /// One statement for one or several look-ups. There is no row for a session that does not exist. Without a reading
        /// of the epochs the statement reads them itself.
        case lookUps([LookUpKey], EpochReading?)
        /// A look-up that got no row, repeated with a statement that returns the hash in any case.
        case missing(LookUpKey)
        case heartbeat
        /// The end of a batch.
        case sync

        /// The look-ups that the message asks for.
        var keys: [LookUpKey] {
            switch self {
            case .lookUps(let keys, _): keys
            case .missing(let key): [key]
            case .heartbeat, .sync: []
            }
        }
    }

    /// A message without a reply.
    enum Question {
        case lookUps([LookUpKey], EpochReading?, sentAt: BootInstant)
        case missing(LookUpKey, sentAt: BootInstant)
        /// Next: `sync` with this heartbeat, once its rows have arrived.
        case heartbeat(sentAt: BootInstant)
        /// The end of a batch, and the heartbeat that it completes, if any. A heartbeat counts only now: all notifications
        /// sent before it have arrived.
        case sync(completing: SentHeartbeat?)

        /// The look-ups that the reply answers.
        var keys: [LookUpKey] {
            switch self {
            case .lookUps(let keys, _, _): keys
            case .missing(let key, _): [key]
            case .heartbeat, .sync: []
            }
        }
    }

    /// A heartbeat whose rows have arrived.
    struct SentHeartbeat {
        let heartbeat: Heartbeat
        let sentAt: BootInstant
    }

    /// The messages of the present turn.
    struct Unsent {
        var hasHeartbeat = false
        /// Look-ups that failed.
        var retries: [LookUpKey] = []
        var missing: [LookUpKey] = []
        var lookUps: [LookUpKey] = []

        /// The maximum number of look-ups in one statement.
        static let maxLookUps = 64

        var isEmpty: Bool { !hasHeartbeat && retries.isEmpty && missing.isEmpty && lookUps.isEmpty }

        /// Returns the messages in the order of sending. If a statement fails, the later ones of its batch are not executed.
        /// - Parameter epochs: The reading that look-ups may rely on, or nil.
        func messages(relyingOn epochs: EpochReading?) -> [Message] {
            var messages: [Message] = []
            messages.reserveCapacity(2)
            // The heartbeat comes first and alone: no queue of look-ups delays it, and no failed one affects it. Each
            // retry is alone, so that another look-up's failure cannot affect it again, and relies on no reading.
            if hasHeartbeat { messages += [.heartbeat, .sync] }
            for key in retries { messages += [.lookUps([key], nil), .sync] }
            guard !missing.isEmpty || !lookUps.isEmpty else { return messages }
            for key in missing { messages.append(.missing(key)) }
            if lookUps.count <= Self.maxLookUps {
                if !lookUps.isEmpty { messages.append(.lookUps(lookUps, epochs)) }
            } else {
                for start in stride(from: 0, to: lookUps.count, by: Self.maxLookUps) {
                    let part = lookUps[start..<min(start + Self.maxLookUps, lookUps.count)]
                    messages.append(.lookUps(Array(part), epochs))
                }
            }
            messages.append(.sync)
            return messages
        }
    }

    /// The meaning of a reply.
    enum Outcome {
        /// A part of a heartbeat, or the end of a batch without one.
        case nothing
        /// The results of look-ups, in the same order.
        case sessions([LookUpKey], [FoundSession])
        /// The statement failed; or it was not executed because an earlier one of its batch failed, or its answer relies
        /// on a reading of the epochs that is too old by now (nil). The connection can still be used.
        case failed([LookUpKey], PostgreSQLError?)
        /// A heartbeat is complete.
        /// - Parameters:
        ///   - isFirst: True for the connection's first one.
        ///   - missesRevocations: True if there were revocations without a notification since the one before.
        case confirmed(SentHeartbeat, isFirst: Bool, missesRevocations: Bool)
        /// The connection must be closed. The question stays pending.
        /// - Parameter endsLease: True if the server is not as it was when the connection was opened, so that nothing
        ///   else it states can be relied on. A server that is lost or does not answer only does not renew the lease.
        case lost(PostgreSQLError, endsLease: Bool)
    }
}
