/// A row of a statement that finds faults: one object with a fault.
struct SchemaFaultRow: Sendable {
    let kind: SchemaFault.Kind
    let object: String
    let remedy: String?
    let owner: String
    let role: String
    let isOwner: Bool
}

extension Statement where Row == SchemaFaultRow, Answer == [SchemaFault] {
    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SchemaFaultRow {
        let name = try row.text("kind")
        guard let kind = SchemaFault.Kind(rawValue: name) else { throw row.problem("has an unknown kind") }
        return SchemaFaultRow(
            kind: kind, object: try row.text("object"), remedy: try row.optionalText("remedy"),
            owner: try row.text("owner"), role: try row.text("role"), isOwner: try row.flag("is_owner"))
    }

    /// Returns one fault for each kind.
    func answer(_ rows: [SchemaFaultRow]) -> [SchemaFault] {
        var faults: [SchemaFault] = []
        for row in rows {
            let earlier = faults.last?.kind == row.kind ? faults.removeLast() : nil
            faults.append(
                SchemaFault(
                    kind: row.kind, objects: (earlier?.objects ?? []) + [row.object],
                    remedies: (earlier?.remedies ?? []) + [row.remedy].compactMap(\.self), owner: row.owner,
                    role: row.role, isOwner: row.isOwner))
        }
        return faults
    }
}
