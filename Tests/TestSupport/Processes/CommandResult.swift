/// What a short command has left behind.
package struct CommandResult: Sendable {
    package let status: ExitStatus
    package let output: String
    package let errors: String
}
