import EventLoop

@testable import AuthFCGI

@EventLoop
final class FakeAudit: AuditRecorder {
    private let effects: EffectLog

    init(_ effects: EffectLog) { self.effects = effects }

    func record(_ event: AuditEvent, from client: String?) { effects.add("audit \(text(event, client))") }

    func recordSparingly(_ event: AuditEvent, from client: String?) {
        effects.add("audit sparingly \(text(event, client))")
    }

    private func text(_ event: AuditEvent, _ client: String?) -> String {
        var text = event.message
        if let reason = event.reason { text += " (\(reason.rawValue))" }
        switch event.subject {
        case .user(let id, _): text += " of user \(id)"
        case .unknownName(let hash): text += " of name \(hash ?? "-")"
        case .nobody: break
        }
        if let session = event.session { text += ", session \(session)" }
        for (name, value) in event.details.sorted(by: { $0.key < $1.key }) { text += ", \(name)=\(value)" }
        if client != LoginStage.address { text += ", from \(client ?? "nowhere")" }
        return text
    }
}
