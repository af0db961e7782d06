import Architectures
import ConvertFiles
import ConvertIR
import Exporters

/// Whose usual values take the place of what a file does not state.
public enum Likeness {
    /// A family or project by name, or another model's file. Throws `LikenessError.unknown` for neither.
    package static func profile(_ name: String) throws -> ContractProfile {
        if let profile = ContractProfile.named(name) { return profile }
        guard FileIdentity(path: name) != nil else { throw LikenessError.unknown(name: name) }
        guard let model = try ModelSource(name).load().content.model, let profile = ContractProfile(of: model) else {
            throw ContractQuestion.noContract(file: name)
        }
        return profile
    }

    /// Names that are known.
    public static var names: [String] { ContractProfile.all.map(\.name) }
}

/// What keeps usual values from being assumed.
public enum LikenessError: DescribedError, Equatable {
    /// Neither a known name nor a file.
    case unknown(name: String)

    /// What is wrong.
    public var problem: String {
        switch self {
        case .unknown(let name): "\(name) is neither a known family or project nor a file"
        }
    }

    /// What to do about it.
    public var remedy: String { "name a model's file, or one of \(Likeness.names.joined(separator: ", "))" }

    /// What the caller could decide otherwise.
    public var decisions: [Decision] { [.likeness] }
}
