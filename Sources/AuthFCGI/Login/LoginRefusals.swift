internal import EventLoop
internal import Sessions

/// The throttle's refusals that a worker remembers, so that an attempt that is repeated too early is answered without the
/// hashing queue and the database.
///
/// A refusal applies only to what the throttle was asked about: the name or user, the network, and the session token of the
/// request. Another network, where the user may have signed in before, is never refused because of it. The throttle may admit
/// an attempt earlier than it said, when attempts under way turn out to be no failures, or when an operator deletes the
/// failures. So a refusal is forgotten when an attempt for the same name or user is admitted, and once per second one attempt
/// is not answered from memory.
///
/// Pure: the time is passed in.
struct LoginRefusals {
    /// The name or the user of an attempt.
    enum Subject: Hashable {
        /// The name, byte for byte as the client sent it.
        case name(String)
        case user(id: String)
    }

    /// The place from which an attempt is made, as far as the throttle distinguishes places.
    struct Place: Hashable {
        /// Nil for a client without an address.
        let network: ClientNetwork?
        /// The hash of the session token in the request, live or not; nil if there is none.
        let token: SHA256Digest?
    }

    /// A refusal by the throttle.
    struct Refusal {
        /// The user whom it concerns, for the log.
        let who: AuditSubject
        /// The time at which the throttle admits the next attempt.
        let end: BootInstant
        /// The time from which one attempt is not answered from memory.
        fileprivate var nextQuestion: BootInstant

        /// Returns the number of seconds after which the next attempt is possible, at least one.
        func seconds(at now: BootInstant) -> Int { max(1, Int((end - now).seconds.rounded(.up))) }
    }

    /// Refusals of about the same age.
    private struct Generation {
        private(set) var count = 0
        private var refusals: [Subject: [Place: Refusal]] = [:]

        subscript(subject: Subject, place: Place) -> Refusal? {
            get { refusals[subject]?[place] }
            set {
                let isNew = refusals[subject]?[place] == nil
                if let newValue {
                    refusals[subject, default: [:]][place] = newValue
                    if isNew { count += 1 }
                } else if !isNew {
                    refusals[subject]?[place] = nil
                    if refusals[subject]?.isEmpty == true { refusals[subject] = nil }
                    count -= 1
                }
            }
        }

        mutating func removeAll(of subject: Subject) { count -= refusals.removeValue(forKey: subject)?.count ?? 0 }
    }

    /// The refusals used last, and those used before them. When there are too many of the former they become the latter,
    /// which are then forgotten.
    private var recent = Generation()
    private var older = Generation()
    private let capacity: Int

    /// The interval at which the throttle is asked again.
    static let questionInterval = Duration.seconds(1)

    /// Creates an empty memory.
    /// - Parameter capacity: The maximum number of refusals.
    init(capacity: Int = 4096) {
        self.capacity = capacity
    }

    /// Returns the refusal that answers an attempt, or nil if the throttle must be asked.
    mutating func refusal(of subject: Subject, at place: Place, at now: BootInstant) -> Refusal? {
        guard var refusal = recent[subject, place] ?? older[subject, place] else { return nil }
        guard now < refusal.end else {
            recent[subject, place] = nil
            older[subject, place] = nil
            return nil
        }
        let isQuestion = now >= refusal.nextQuestion
        if isQuestion { refusal.nextQuestion = now + Self.questionInterval }
        keep(refusal, of: subject, at: place)
        return isQuestion ? nil : refusal
    }

    /// Remembers a refusal by the throttle.
    /// - Parameters:
    ///   - subject: The name or the user.
    ///   - place: The place of the attempt.
    ///   - seconds: The number of seconds after which the next attempt is possible.
    ///   - who: The user, for the log.
    ///   - now: The current instant.
    mutating func remember(
        _ subject: Subject, at place: Place, seconds: Int, who: AuditSubject, at now: BootInstant
    ) {
        let refusal = Refusal(who: who, end: now + .seconds(seconds), nextQuestion: now + Self.questionInterval)
        keep(refusal, of: subject, at: place)
    }

    /// Forgets all refusals of a name or a user.
    mutating func forget(_ subject: Subject) {
        recent.removeAll(of: subject)
        older.removeAll(of: subject)
    }

    private mutating func keep(_ refusal: Refusal, of subject: Subject, at place: Place) {
        older[subject, place] = nil
        if recent.count >= capacity / 2, recent[subject, place] == nil {
            older = recent
            recent = Generation()
        }
        recent[subject, place] = refusal
    }
}
