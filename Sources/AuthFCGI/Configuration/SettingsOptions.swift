internal import ArgumentParser

/// The flags of all settings, in the help of a command that needs most of them.
struct SettingsOptions: SettingsFlags {
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var others: OtherSettingsOptions
}
