internal import ArgumentParser

extension Option where Value == String? {
    /// The flag of a setting, with its help from the table.
    init<T>(_ path: KeyPath<SettingTable, Setting<T>>) {
        let setting = SettingTable.shared[keyPath: path]
        guard let flag = setting.flag else { preconditionFailure("\(setting.name) has no flag") }
        self.init(
            name: .customLong(flag),
            help: ArgumentHelp(.init(stringLiteral: setting.help), valueName: setting.shownType))
    }
}
