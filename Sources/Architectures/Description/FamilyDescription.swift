import ConvertIR

/// A family of networks as text: what its keys look like, how its graph is built from them, and how images enter. docs/families.md is the
/// grammar.
package struct FamilyDescription: Sendable {
    /// The name of the text in messages.
    let file: String
    /// The text itself.
    let text: String
    /// Whether the lines that build the graph have been read.
    let isWhole: Bool
    /// Whether it is the text form of a graph, which says nothing of a family.
    var isGraph = false
    /// The family's name.
    var name = ""
    /// What it is, in a sentence.
    var about = ""
    /// Keys that only this family has: one of these lists must be there as a whole, under one prefix.
    var signatures: [[String]] = []
    /// The lines of these.
    var signatureLines: [Int] = []
    /// How images enter the family's networks, and those of projects that use the same keys.
    var contracts = FamilyContracts()
    /// Names of the family's networks, each with its other spellings and the condition that it has.
    var networks: [FamilyNetworkName] = []
    /// Blocks that the body uses by name.
    var definitions: [String: FamilyDefinition] = [:]
    /// What builds the graph, in order.
    var body: [FamilyStatement] = []
    /// Whether it says how images enter.
    package var statesContract: Bool { contracts.isStated }

    init(file: String, text: String, isWhole: Bool) {
        self.file = file
        self.text = text
        self.isWhole = isWhole
    }
}

/// A name that some networks of a family have.
struct FamilyNetworkName: Sendable {
    let name: WordTemplate
    let aliases: [String]
    let condition: FamilyExpression?
    let line: Int
}

/// Lines that are used several times, with words that differ.
struct FamilyDefinition: Sendable {
    let parameters: [String]
    var body: [FamilyStatement]
}

/// One line of a description, or a block of lines.
struct FamilyStatement: Sendable {
    let line: Int
    let kind: Kind

    indirect enum Kind: Sendable {
        /// A line of the graph.
        case node(FamilyNode)
        /// The input, as in the text form of a graph.
        case input(Graph.Input)
        /// The input as an image whose size follows from the weights.
        case image(FamilyImage)
        /// An output's name, and the value that it is; nil for the value of that name.
        case output(WordTemplate, value: WordTemplate?)
        case assign(String, FamilyExpression)
        /// A number at the end of a list.
        case add(FamilyExpression, to: String)
        case branch([(condition: FamilyExpression, body: [FamilyStatement])], otherwise: [FamilyStatement])
        case loop(variable: String, start: FamilyExpression, limit: Limit, body: [FamilyStatement])
        /// Names and keys inside begin with this path.
        case within(WordTemplate, [FamilyStatement])
        case call(String, [WordTemplate])
        /// A tensor that no file holds, under this key.
        case tensor(WordTemplate, String, [FamilyExpression])
        /// Keys that do not belong to the network; `*` matches any text.
        case leaveOut([WordTemplate])
        /// A number that the network's description holds, such as its width; weights do not show one that is assumed.
        case fact(String, FamilyExpression, isAssumed: Bool)
        /// A condition without which this is another network.
        case require(FamilyExpression, String)
        /// Projects whose networks have the same keys and other wirings, and how they differ.
        case choose([String], String)
    }

    enum Limit: Sendable {
        case whileTrue(FamilyExpression)
        case times(FamilyExpression)
    }
}

/// A line of the graph with its variables.
struct FamilyNode: Sendable {
    let output: WordTemplate
    let operation: OperationKind
    let inputs: [WordTemplate]
    /// Words after each field's name; none for a name alone.
    let fields: [(name: String, words: [WordTemplate])]
}

/// An image as input: its channels, and how its size follows. Sizes are words such as `112x96` or `{height}x{width}`, height first.
struct FamilyImage: Sendable {
    let channels: WordTemplate
    let size: Size

    enum Size: Sendable {
        /// Any size at all; the graph leaves it open.
        case any
        /// One size alone.
        case fixed(WordTemplate)
        /// Any size fits; this is the usual one.
        case usual(WordTemplate)
        /// The height and width of the last map, and how often the image was halved before it.
        case window(WordTemplate, halvings: WordTemplate)
        /// How many numbers and how many channels the last map has, and how often the image was halved before it. The usual size is taken if
        /// it gives such a map.
        case map(features: WordTemplate, maps: WordTemplate, halvings: WordTemplate, usual: WordTemplate?)
    }
}
