internal import ArgumentParser

/// The flags of all settings for a command that checks what `serve` would do.
struct CheckOptions: SettingsFlags {
    @OptionGroup var database: DatabaseOptions
    @OptionGroup(visibility: .hidden) var others: OtherSettingsOptions
    @OptionGroup(visibility: .hidden) var servingOptions: ServingOptions

    var serving: ServingOptions? { servingOptions }
}
