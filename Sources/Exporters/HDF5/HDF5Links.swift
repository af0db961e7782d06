import CHDF5
import ConvertFiles
import ConvertJSON

/// The keys that a file lists, in order, and the paths of their tensors.
struct HDF5KeyList {
    private(set) var keys: [String] = []
    private(set) var paths: [String] = []

    /// Reads the list. Throws for duplicate keys or paths, and for paths that lead elsewhere.
    init(json: [UInt8], file: String) throws(HDF5Error) {
        func bad(_ detail: String) -> HDF5Error { .malformed(file: file, detail: "\(HDF5Path.keys): \(detail)") }
        let value: JSONValue
        do throws(JSONError) { value = try JSONParser.parse(json) } catch { throw bad("\(error)") }
        guard let items = value.array else { throw bad("it is not an array") }
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
                guard pair.count == 2, let first = pair[0].string, let second = pair[1].string else { throw bad("an item is not a pair") }
                key = first
                path = second
            default: throw bad("an item is not a key")
            }
            let top = HDF5Path.groups(above: path).first ?? path
            guard HDF5Path.isUsable(path), !top.utf8.elementsEqual(HDF5Path.ownGroup.utf8) else { throw bad("\(key) has no usable path") }
            guard seen.insert(ExactText(key)).inserted, taken.insert(ExactText(path)).inserted else { throw bad("\(key) is listed twice") }
            keys.append(key)
            paths.append(path)
        }
    }
}

/// Walks the groups and compares what is there with the list.
struct HDF5Links {
    let calls: HDF5Calls
    let listed: HDF5KeyList

    /// The result of one visit; the walk stops if a group has more names than the list has in all.
    private struct Names {
        var links: [(name: String, isHard: Bool, address: UInt64)] = []
        let limit: Int
    }

    /// Addresses of the listed datasets' object headers, by path. Two names of one tensor have the same address.
    func addresses(in file: borrowing HDF5Handle) throws(HDF5Error) -> [ExactText: UInt64] {
        let paths = listed.paths + [HDF5Path.document, HDF5Path.keys]
        let datasets = Set(paths.map(ExactText.init))
        var groups: Set<ExactText> = []
        for path in paths { groups.formUnion(HDF5Path.groups(above: path).map(ExactText.init)) }
        var addresses: [ExactText: UInt64] = [:]
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
                    // A group that contains itself would never end.
                    guard entered.insert(link.address).inserted else { throw bad("this group has two paths") }
                    waiting.append(path.text)
                } else {
                    guard datasets.contains(path) else { throw bad("it is not in the list of keys") }
                    addresses[path] = link.address
                }
            }
        }
        return addresses
    }

    private func names(
        of path: String, in file: borrowing HDF5Handle, limit: Int
    ) throws(HDF5Error) -> [(name: String, isHard: Bool, address: UInt64)] {
        let what = "group /\(path)"
        let group = try calls.opened(H5Gopen2(file.id, path.isEmpty ? "/" : path, chdf5_default()), what)
        var names = Names(limit: limit)
        let status = withUnsafeMutablePointer(to: &names) { pointer in
            chdf5_visit_links(
                group.id,
                { name, isHard, address, context in
                    guard let name, let names = context?.assumingMemoryBound(to: Names.self) else { return 1 }
                    names.pointee.links.append((String(cString: name), isHard != 0, address))
                    return names.pointee.links.count > names.pointee.limit ? 1 : 0
                }, pointer)
        }
        try calls.check(status, what)
        guard status == 0 else { throw HDF5Error.malformed(file: calls.file, detail: "\(what) has names that are not in the list of keys") }
        return names.links
    }
}
