import ConvertFiles

/// The path of each key's tensor: `a.0.weight` lies at `a/0/weight`, so that a module is a group.
///
/// Keys without such a path lie at the root under `%` and the key, with `%`, `/` and NUL written as `%25`, `%2F` and `%00`. These are keys
/// with a `/`, a NUL or an empty component (`a..b`); keys that begin with `%` or in this program's own group; keys nested more deeply than
/// any real one; and keys that are a prefix of others (`a` beside `a.b`, since a dataset cannot also be a group). No two keys share a path.
enum HDF5Path {
    /// The group for everything that is not a tensor.
    static let ownGroup = "__convert__"
    static let document = "\(ownGroup)/document"
    static let keys = "\(ownGroup)/keys"
    private static let deepest = 64

    /// The path of each key, in the same order, without a leading slash.
    static func paths(of keys: [String]) -> [String] {
        let plain = keys.map(plainPath)
        var parents: Set<ExactText> = []
        for case .some(let path) in plain { parents.formUnion(groups(above: path).map(ExactText.init)) }
        return zip(keys, plain).map { key, path in
            guard let path, !parents.contains(ExactText(path)) else { return escaped(key) }
            return path
        }
    }

    /// The groups that contain a path, outermost first.
    static func groups(above path: String) -> [String] {
        var groups: [String] = []
        var group: [UInt8] = []
        for byte in path.utf8 {
            if byte == UInt8(ascii: "/") { groups.append(String(decoding: group, as: UTF8.self)) }
            group.append(byte)
        }
        return groups
    }

    /// Whether a path can be passed to the library as is: no empty component, and none that leads elsewhere.
    static func isUsable(_ path: String) -> Bool {
        !path.utf8.contains(0) && !path.isEmpty
            && path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
            }
    }

    private static func plainPath(_ key: String) -> String? {
        let components = key.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let first = components.first, components.count <= deepest, components.allSatisfy({ !$0.isEmpty }) else { return nil }
        guard !key.utf8.contains(UInt8(ascii: "/")), !key.utf8.contains(0), first.first != UInt8(ascii: "%") else { return nil }
        guard !first.elementsEqual(ownGroup.utf8) else { return nil }
        return String(decoding: key.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
    }

    private static func escaped(_ key: String) -> String {
        var out: [UInt8] = [UInt8(ascii: "%")]
        for byte in key.utf8 {
            switch byte {
            case UInt8(ascii: "%"): out.append(contentsOf: "%25".utf8)
            case UInt8(ascii: "/"): out.append(contentsOf: "%2F".utf8)
            case 0: out.append(contentsOf: "%00".utf8)
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
