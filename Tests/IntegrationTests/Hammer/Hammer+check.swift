import TestSupport

extension Hammer {
    /// How to ask whether a session is valid.
    enum CheckWay: CaseIterable {
        /// As nginx asks the gate.
        case gate
        /// A page of the application behind nginx.
        case page
        /// `/auth/me` behind nginx.
        case me
    }

    /// Longer than nginx takes for its two tries.
    private static let patience = Duration.seconds(5)

    /// Asks a pod about a session.
    func check(_ entry: HammerRoster.Entry, on pod: Int, by way: CheckWay) -> HistoryEvent {
        let start = elapsed
        let result: HistoryEvent.Result
        do {
            let (status, user) = try ask(site.pods[pod], entry.token, way)
            result = judge(status, isTheRightUser: user == entry.user.id, "check by \(way)")
        } catch {
            result = .failed
        }
        return HistoryEvent(
            .check, result, session: entry.number, user: entry.user.number, from: start, to: elapsed, pod: pod)
    }

    /// The answer's status, and whom it names.
    private func ask(_ pod: Pod, _ token: String, _ way: CheckWay) throws -> (status: Int?, user: String?) {
        switch way {
        case .gate:
            let answer = try FastCGIClient.request(
                pod.gate.endpoint, parameters: FastCGIClient.checkParameters + [GateProcess.bearer(token)],
                timeout: Self.patience)
            return (answer.status, answer.headers["X-Auth-User-Id"])
        case .page:
            let answer = try HTTPClient(pod.entry, timeout: Self.patience).get("/api/page", headers: [bearer(token)])
            return (answer.status, EchoedRequest(answer)["X-Auth-User-Id"].first)
        case .me:
            let answer = try HTTPClient(pod.entry, timeout: Self.patience).get("/auth/me", headers: [bearer(token)])
            return (answer.status, answer.status == 200 ? try object(answer)["user_id"]?.text : nil)
        }
    }

    /// What a status means. There are three answers, and the connection's end without one.
    func judge(_ status: Int?, isTheRightUser: Bool = true, _ what: @autoclosure () -> String) -> HistoryEvent.Result {
        switch status {
        case 200, 204: return isTheRightUser ? .accepted : .mistaken
        case 401: return .refused
        case 503: return .cannotTell
        case nil: return .failed
        case .some(let status):
            note(oddity: "status \(status) for a \(what())")
            return .failed
        }
    }
}
