internal import Sessions

extension ConfigurationNames {
    /// The names of the program's settings for the parts of the library's configuration.
    static let settings = ConfigurationNames([
        .url: SettingTable.shared.databaseURL.name, .schema: SettingTable.shared.databaseSchema.name,
        .preparedStatementsOff: "\(SettingTable.shared.preparesStatements.name)=off",
        .staleIfDatabaseDown: SettingTable.shared.staleIfDatabaseDown.name,
    ])
}
