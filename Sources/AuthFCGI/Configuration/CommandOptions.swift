internal import ArgumentParser

/// The flags of all settings, of which the help shows only those of the database.
struct CommandOptions: SettingsFlags {
    @OptionGroup var database: DatabaseOptions
    @OptionGroup(visibility: .hidden) var others: OtherSettingsOptions
}
