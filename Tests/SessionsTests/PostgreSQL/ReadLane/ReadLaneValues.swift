import EventLoop
import FoundationEssentials
import Testing

@testable import Sessions

/// Values for the tests of the read lane's state machines. Times are seconds.
enum ReadLaneValues {
    static let origin = ServerIncarnation(startedAt: DatabaseInstant(microseconds: 1))
    static let otherOrigin = ServerIncarnation(startedAt: DatabaseInstant(microseconds: 2))

    static func time(_ seconds: Double) -> BootInstant {
        BootInstant(nanoseconds: Int64(((1000 + seconds) * 1e9).rounded()))
    }

    /// Returns a hash whose bytes are all `number`.
    static func hash(_ number: UInt8) -> SHA256Digest {
        SHA256Digest(Array(repeating: number, count: 32).span) ?? SHA256Digest()
    }

    /// Returns the identity of the look-up that asks for ``hash(_:)`` of its own number.
    static func key(_ number: UInt8) -> LookUpKey { LookUpKey(id: Int(number), hash: hash(number)) }

    static func server(isListening: Bool = true) -> ConnectedServer {
        ConnectedServer(origin: origin, backend: 7, unannounced: isListening ? 4 : nil, openedAt: time(0))
    }

    static func heartbeat(
        keys generations: [Int] = [1], clock: DatabaseInstant = DatabaseInstant(microseconds: 3),
        origin: ServerIncarnation = origin, backend: Int32 = 7, isListening: Bool = true, unannounced: Int64 = 4,
        endedBefore: Int64 = 5, hasUntidiedUsers: Bool = false
    ) throws -> Heartbeat {
        let accepted = generations.map { TokenKey(generation: $0, bytes: [UInt8($0)]) }
        return Heartbeat(
            keys: try #require(TokenKeys(accepted: accepted, minting: generations[0])),
            clock: clock, origin: origin, backend: backend,
            notifications: NotificationState(
                isListening: isListening, mayListen: true, unannounced: unannounced, queuePercent: 0,
                oldestProcess: nil),
            sealKeys: nil, needsSealKey: false, endedBefore: endedBefore, hasUntidiedUsers: hasUntidiedUsers)
    }

    static func snapshot() -> SessionSnapshot? {
        let date = DatabaseInstant(microseconds: 0).date
        let session = Session(
            id: "00010203-0405-0607-0809-0a0b0c0d0e0f", identity: Identity(userID: "1", username: "ann"),
            createdAt: date, expiresAt: date)
        return PackedSession(session).map {
            SessionSnapshot(session: $0, asOf: DatabaseInstant(microseconds: 4), origin: origin)
        }
    }
}

extension ReadDialogue.Message {
    /// The message in words; a look-up is the number of its hash.
    var text: String {
        let numbers = keys.map { String($0.hash.bytes[0]) }.joined(separator: "+")
        return switch self {
        case .lookUps(_, nil): "look up \(numbers)"
        case .lookUps(_, let epochs?): "look up \(numbers) since \(epochs.endedBefore)"
        case .missing: "repeat \(numbers)"
        case .heartbeat: "heartbeat"
        case .sync: "sync"
        }
    }
}

extension LookUpQueue<String>.Action {
    /// The action in words; a look-up is the number of its hash.
    var texts: [String] {
        switch self {
        case .connect: ["connect"]
        case .disconnect: ["disconnect"]
        case .reportLoss(let error): ["report loss: \(error.reason)"]
        case .reportFailure(let error): ["report failure: \(error.reason)"]
        case .reportUnreadableRow(let reason): ["report row: \(reason)"]
        case .awaitTurnEnd: ["await turn end"]
        case .expire(let key, let time):
            ["expire \(key.hash.bytes[0]) at \((time - ReadLaneValues.time(0)).nanoseconds / 1_000_000) ms"]
        case .found(let snapshot, let hash, let askers):
            ["learn \(hash.bytes[0]): \(snapshot == nil ? "none" : "session")"]
                + (askers.isEmpty ? [] : Self.answer(askers, .success(snapshot?.session)).texts)
        case .answer(let askers, .success(let session)):
            ["answer \(askers.joined(separator: "+")): \(session == nil ? "none" : "session")"]
        case .answer(let askers, .failure(.unavailable(let reason))):
            ["answer \(askers.joined(separator: "+")): \(reason)"]
        case .answer(let askers, .failure(let error)): ["answer \(askers.joined(separator: "+")): \(error)"]
        case .confirm(_, let isFirst, let isListening):
            ["confirm\(isFirst ? ", first" : "")\(isListening ? "" : ", not listening")"]
        case .endLease: ["end lease"]
        case .revokeEverything: ["revoke everything"]
        case .announceHeartbeat(_): ["announce heartbeat"]
        }
    }
}
