import ConvertIR
import TestSupport
import Testing

/// docs/flat-format.md and docs/graph-text.md have every operation with its weights and attributes.
@Suite struct FlatDocumentTests {
    /// The rows of the table of operations, as the cells of each.
    private func rows(_ page: String) throws -> [[Substring]] {
        let text = String(decoding: try Fixtures.bytes("\(Fixtures.root)/docs/\(page)"), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("| operation |") })
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { $0.split(separator: "|") }
    }

    @Test("Every operation has one row", arguments: ["flat-format.md", "graph-text.md"]) func everyOperationHasARow(_ page: String) throws {
        let rows = try rows(page)
        for kind in OperationKind.allCases {
            let found = rows.filter { $0.first?.contains("`\(kind.rawValue)`") == true }
            #expect(found.count == 1, "\(kind.rawValue)")
            let rest = found.first?.dropFirst().joined(separator: "|") ?? ""
            for role in kind.weightRoles { #expect(rest.contains("`\(role.role)`"), "\(kind.rawValue): \(role.role)") }
        }
    }

    @Test("Every attribute is in its operation's row of the flat format") func everyAttributeIsThere() throws {
        let rows = try rows("flat-format.md")
        for kind in OperationKind.allCases {
            let row = rows.first { $0.first?.contains("`\(kind.rawValue)`") == true } ?? []
            for attribute in kind.attributeDescriptions {
                #expect(row.joined(separator: "|").contains("`\(attribute.name)`"), "\(kind.rawValue): \(attribute.name)")
            }
        }
    }
}
