import Architectures
import Arguments
import ConvertJSON

/// `convert families [NAME]`: the networks that are rebuilt from their keys, and the description of each.
enum FamiliesCommand {
    static let command = Command(
        name: "families", summary: "list the families of networks that keys are recognized as, or print one's description",
        usage: ["families", "families NAME"],
        operands: [
            Command.Operand(
                "NAME", completion: .nothing, choices: FamilyCatalogue.names,
                help: "a family, or one of its networks: its description is printed")
        ],
        groups: [OptionGroup([OutputOptions.json])],
        notes: [
            "A description that is printed can be edited and given to the other commands as --family FILE; docs/families.md has the grammar."
        ], run: run)

    private static func run(_ given: Invocation) throws -> Int32 {
        if given.operands.count > 1 { throw UsageError.surplusArgument(given.operands[1], command: "families") }
        let name = given.operands.first
        let isJSON = given[OutputOptions.json]
        guard let name else {
            Terminal.print(isJSON ? listJSON() : list())
            return ExitStatus.fine
        }
        guard let entry = FamilyCatalogue.entry(name) else {
            let names = FamilyCatalogue.names
            throw UsageError.unknownFamily(name, known: names, near: Suggestion.nearest(name, among: names))
        }
        if isJSON {
            var root = JSONObject(["format_version": .integer(1)])
            for member in object(entry).members { root.append(member.key, member.value) }
            root.append("text", .string(entry.text))
            Terminal.print(JSONValue.object(root).text(pretty: true))
        } else {
            Terminal.print(entry.text.hasSuffix("\n") ? String(entry.text.dropLast()) : entry.text)
        }
        return ExitStatus.fine
    }

    private static func list() -> String {
        let width = FamilyCatalogue.entries.map(\.name.count).max() ?? 0
        return FamilyCatalogue.entries.map { entry in
            entry.name + String(repeating: " ", count: width - entry.name.count + 2) + entry.about
        }.joined(separator: "\n")
    }

    private static func listJSON() -> String {
        let families = FamilyCatalogue.entries.map { JSONValue.object(object($0)) }
        return JSONValue.object(JSONObject(["format_version": .integer(1), "families": .array(families)])).text(pretty: true)
    }

    private static func object(_ entry: FamilyCatalogue.Entry) -> JSONObject {
        JSONObject([
            "name": .string(entry.name), "about": .string(entry.about), "networks": .array(entry.networks.map { .string($0) }),
            "contracts": .array(entry.contracts.map { .string($0) }),
        ])
    }
}
