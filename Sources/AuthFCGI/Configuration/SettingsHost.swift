internal import Glibc

extension SettingsSources.Host {
    /// This machine.
    static var current: Self {
        .init(
            cores: ProcessorCount.usable,
            readFile: { path throws(TextFileError) in try TextFile.read(path) },
            userID: { name in
                // Answers from static memory: asked for by the main thread alone, while there is no other one that asks.
                guard let entry = unsafe getpwnam(name) else { return nil }
                return unsafe entry.pointee.pw_uid
            },
            groupID: { name in
                guard let entry = unsafe getgrnam(name) else { return nil }
                return unsafe entry.pointee.gr_gid
            })
    }
}
