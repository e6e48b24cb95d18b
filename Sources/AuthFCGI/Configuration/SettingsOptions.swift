internal import ArgumentParser

/// The flags of all settings, in the help of the command that needs them all.
struct SettingsOptions: SettingsFlags {
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var others: OtherSettingsOptions
    @OptionGroup var servingOptions: ServingOptions

    var serving: ServingOptions? { servingOptions }
}
