internal import Sessions

extension ConfigurationNames {
    /// What an operator calls the parts of the library's configuration.
    static let settings = ConfigurationNames([
        .url: Setting.databaseURL.name, .schema: Setting.databaseSchema.name,
        .preparedStatementsOff: "\(Setting.databasePreparedStatements.name)=off",
        .staleIfDatabaseDown: Setting.staleIfDatabaseDown.name,
    ])
}
