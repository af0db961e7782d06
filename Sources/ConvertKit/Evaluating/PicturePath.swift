import ConvertFiles

/// Where the pictures of a list of pairs are: under the names that the list gives, or under the same names with a different ending.
enum PicturePath {
    /// Endings that are tried if the list's own name is not there.
    private static let endings = ["jpg", "jpeg", "png", "JPG", "JPEG", "PNG"]

    /// The path of a picture below `root`; nil if no ending matches.
    static func find(_ name: String, below root: String) -> String? {
        names(PathText.join(root, name)).first { FileIdentity(path: $0) != nil }
    }

    /// What a picture may be called, in the order in which it is looked for.
    static func names(_ name: String) -> [String] {
        let stem = PathText.stem(name)
        return [name] + endings.map { "\(stem).\($0)" }
    }

    /// The path of a picture below `root`, or where it should be.
    static func of(_ name: String, below root: String) -> String { find(name, below: root) ?? PathText.join(root, name) }
}
