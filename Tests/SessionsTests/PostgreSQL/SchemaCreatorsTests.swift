import Testing

@testable import Sessions

@Suite struct SchemaCreatorsTests {
    @Test func `everybody is named, and the gate's role gets the right that it loses`() {
        let creators = SchemaCreators(schema: "public", roles: ["PUBLIC"], owner: nil, includesGate: true, gate: "gate")
        #expect(creators.includesEverybody)
        #expect(creators.fact == "others (PUBLIC) may create objects in the schema \"public\"")
        #expect(
            creators.remedy
                == "REVOKE CREATE ON SCHEMA \"public\" FROM PUBLIC; GRANT CREATE ON SCHEMA \"public\" TO gate")
    }

    @Test func `names are quoted as they must be`() {
        let creators = SchemaCreators(
            schema: "a\"b", roles: ["app", "\"Web App\""], owner: nil, includesGate: false, gate: "gate")
        #expect(!creators.includesEverybody)
        #expect(creators.remedy == "REVOKE CREATE ON SCHEMA \"a\"\"b\" FROM app, \"Web App\"")
    }

    @Test func `another owner comes first`() {
        let creators = SchemaCreators(schema: "gate", roles: [], owner: "app", includesGate: true, gate: "gate")
        #expect(creators.fact.contains("belongs to another role (app)"))
        #expect(creators.remedy == "ALTER SCHEMA \"gate\" OWNER TO gate")
    }
}
