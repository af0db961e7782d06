import CHDF5
import Files
import JSON

/// The keys that a file lists, in order, and where their tensors should lie.
struct HDF5KeyList {
    private(set) var keys: [String] = []
    private(set) var paths: [String] = []

    /// Reads the list. Throws for keys or paths that are there twice, and for paths that lead anywhere else.
    init(json: [UInt8], file: String) throws(HDF5Error) {
        func bad(_ detail: String) -> HDF5Error { .malformed(file: file, detail: "\(HDF5Path.keys): \(detail)") }
        let value: JSONValue
        do throws(JSONError) { value = try JSONParser.parse(json) } catch { throw bad("\(error)") }
        guard let items = value.array else { throw bad("it is no array") }
        var seen: Set<ExactText> = []
        var taken: Set<ExactText> = []
        for item in items {
            let key: String
            let path: String
            switch item {
            case .string(let text):
                key = text
                path = String(decoding: text.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
            case .array(let pair):
                guard pair.count == 2, let first = pair[0].string, let second = pair[1].string else { throw bad("an item is no pair") }
                key = first
                path = second
            default: throw bad("an item is no key")
            }
            let top = HDF5Path.groups(above: path).first ?? path
            guard HDF5Path.isUsable(path), !top.utf8.elementsEqual(HDF5Path.ownGroup.utf8) else { throw bad("\(key) has no usable path") }
            guard seen.insert(ExactText(key)).inserted, taken.insert(ExactText(path)).inserted else { throw bad("\(key) is there twice") }
            keys.append(key)
            paths.append(path)
        }
    }
}

/// Walks the groups and holds what is there against the list.
struct HDF5Links {
    let calls: HDF5Calls
    let listed: HDF5KeyList

    /// What one visit gathers; the walk stops where a group has more names than are listed in all.
    private struct Names {
        var links: [(name: String, isHard: Bool, place: UInt64)] = []
        let limit: Int
    }

    /// Where the object header of each listed dataset lies, by path. Two names of one tensor have one place.
    func places(in file: borrowing HDF5Handle) throws(HDF5Error) -> [ExactText: UInt64] {
        let paths = listed.paths + [HDF5Path.document, HDF5Path.keys]
        let datasets = Set(paths.map(ExactText.init))
        var groups: Set<ExactText> = []
        for path in paths { groups.formUnion(HDF5Path.groups(above: path).map(ExactText.init)) }
        var places: [ExactText: UInt64] = [:]
        var entered: Set<UInt64> = []
        var waiting = [""]
        while let group = waiting.popLast() {
            for link in try names(of: group, in: file, limit: datasets.count + groups.count) {
                let path = ExactText(group.isEmpty ? link.name : "\(group)/\(link.name)")
                func bad(_ detail: String) -> HDF5Error {
                    .badDataset(file: calls.file, path: "/\(path.text)", detail: detail)
                }
                guard link.isHard else { throw bad("it is a soft or external link") }
                if groups.contains(path) {
                    // A group that lies in itself would never end.
                    guard entered.insert(link.place).inserted else { throw bad("this group lies in two places") }
                    waiting.append(path.text)
                } else {
                    guard datasets.contains(path) else { throw bad("it is not in the list of keys") }
                    places[path] = link.place
                }
            }
        }
        return places
    }

    private func names(
        of path: String, in file: borrowing HDF5Handle, limit: Int
    ) throws(HDF5Error) -> [(name: String, isHard: Bool, place: UInt64)] {
        let what = "group /\(path)"
        let group = try calls.opened(H5Gopen2(file.id, path.isEmpty ? "/" : path, chdf5_default()), what)
        var names = Names(limit: limit)
        let status = withUnsafeMutablePointer(to: &names) { pointer in
            chdf5_visit_links(
                group.id,
                { name, isHard, place, context in
                    guard let name, let names = context?.assumingMemoryBound(to: Names.self) else { return 1 }
                    names.pointee.links.append((String(cString: name), isHard != 0, place))
                    return names.pointee.links.count > names.pointee.limit ? 1 : 0
                }, pointer)
        }
        try calls.check(status, what)
        guard status == 0 else { throw HDF5Error.malformed(file: calls.file, detail: "\(what) has names that are not in the list of keys") }
        return names.links
    }
}
