/// The result of a short command.
package struct CommandResult: Sendable {
    package let status: ExitStatus
    package let output: String
    package let errors: String
}
