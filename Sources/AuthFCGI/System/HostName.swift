/// The name of this machine: in Kubernetes that of the pod, in Docker that of the container.
enum HostName {
    private static let path = "/proc/sys/kernel/hostname"

    /// The name; empty if it cannot be read.
    static var current: String {
        do throws(TextFileError) {
            return String(try TextFile.read(path).prefix { $0 != "\n" })
        } catch {
            return ""
        }
    }
}
