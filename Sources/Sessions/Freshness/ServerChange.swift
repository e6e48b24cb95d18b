/// A change of the server that makes all snapshots from before it worthless.
package enum ServerChange: Equatable, Sendable {
    /// The server was restarted, or it is another one.
    case incarnation
    /// The server is the same, and its clock was set back.
    case clockSetBack
}
