/// Finds the dictionaries of a checkpoint that could be its state dict: names to tensors, possibly with other entries in between.
///
/// The search goes level by level within fixed limits, so that nested shared containers cannot expand without end.
struct StateDictSearch {
    struct Candidate {
        let path: [String]
        let dictionary: CheckpointDictionary
        let entersObject: Bool
        /// Whether it is only used in training, such as the state of an optimizer.
        let isTrainingOnly: Bool
        /// Whether tensors that look like weights make up at least half of it.
        let isMostlyWeights: Bool
    }

    /// The candidates, in the order of the file.
    private(set) var candidates: [Candidate] = []

    private struct Place {
        let parent: Int
        let order: Int
        let depth: Int
        let component: String
        let value: CheckpointValue
        let isTrainingOnly: Bool
        let entersObject: Bool
        var dictionary: CheckpointDictionary?
        var tally = CheckpointDictionary.Tally()
        /// A dictionary of tensors and nothing else, or a whole module.
        var isWhole = false
        var isCandidate = false
        /// Number of tensors in candidates further down.
        var tensorsBelow = 0
        var hasKnownNameBelow = false
    }

    private var places: [Place] = []
    private static let mostPlaces = 50_000
    private static let mostValues = 4_000_000
    private static let deepest = 64

    init(_ root: CheckpointValue) {
        places.append(
            Place(parent: -1, order: 0, depth: 0, component: "", value: root, isTrainingOnly: false, entersObject: false))
        collect()
        judge()
        candidates = list()
    }

    private mutating func collect() {
        var valuesLeft = StateDictSearch.mostValues
        var index = 0
        while index < places.count {
            defer { index += 1 }
            let place = places[index]
            let isModule = place.value.isModule
            if let dictionary = place.value.namedEntries(budget: &valuesLeft) {
                valuesLeft -= dictionary.entries.count
                guard valuesLeft > 0 else { return }
                places[index].dictionary = dictionary
                places[index].tally = dictionary.tally
                places[index].isWhole = places[index].tally.isPure || isModule && places[index].tally.tensors > 0
            }
            // Submodules are parts of their module, whether or not they hold tensors.
            if isModule || places[index].isWhole { continue }
            guard place.depth < StateDictSearch.deepest, place.value.maySearchInside else { continue }
            let isObject = if case .placeholder = place.value { true } else { false }
            for (order, child) in place.value.namedChildren.enumerated() {
                // If the words of a key do not give the group away, the entries of the value decide, which costs their number.
                valuesLeft -= 1 + child.value.width
                guard valuesLeft > 0, places.count < StateDictSearch.mostPlaces else { return }
                guard child.value.holdsNamedValues else { continue }
                let group = CheckpointGroup.of(key: child.component, value: child.value, stateDictPath: nil)
                places.append(
                    Place(
                        parent: index, order: order, depth: place.depth + 1, component: child.component, value: child.value,
                        isTrainingOnly: place.isTrainingOnly || group.isTrainingOnly, entersObject: place.entersObject || isObject))
            }
        }
    }

    /// A dictionary with other entries between its tensors is a candidate unless there is a better one inside it: one with a known name,
    /// or one with as many tensors. Children come after their parents, so going backwards judges them first.
    private mutating func judge() {
        for index in places.indices.reversed() {
            let place = places[index]
            let tensors = place.tally.tensors
            let isBetter = !place.hasKnownNameBelow && tensors > place.tensorsBelow
            places[index].isCandidate = place.isWhole || tensors > 0 && isBetter
            guard place.parent >= 0, !place.isTrainingOnly else { continue }
            places[place.parent].tensorsBelow += max(tensors, place.tensorsBelow)
            let isKnown = places[index].isCandidate && StateDictSelection.knownNames.contains(place.component)
            if isKnown || place.hasKnownNameBelow { places[place.parent].hasKnownNameBelow = true }
        }
        // What is inside a candidate is a part of it.
        var isInside = [Bool](repeating: false, count: places.count)
        for index in places.indices where places[index].parent >= 0 {
            let parent = places[index].parent
            isInside[index] = isInside[parent] || places[parent].isCandidate
            if isInside[index] { places[index].isCandidate = false }
        }
    }

    private func list() -> [Candidate] {
        var found: [(orders: [Int], candidate: Candidate)] = []
        for index in places.indices where places[index].isCandidate {
            let place = places[index]
            guard let dictionary = place.dictionary else { continue }
            var path: [String] = []
            var orders: [Int] = []
            var at = index
            while at > 0 {
                path.append(places[at].component)
                orders.append(places[at].order)
                at = places[at].parent
            }
            found.append(
                (
                    orders.reversed(),
                    Candidate(
                        path: path.reversed(), dictionary: dictionary, entersObject: place.entersObject,
                        isTrainingOnly: place.isTrainingOnly, isMostlyWeights: place.tally.isMostlyWeights)
                ))
        }
        return found.sorted { $0.orders.lexicographicallyPrecedes($1.orders) }.map(\.candidate)
    }
}

extension CheckpointValue {
    /// Whether there are values inside that a path can name.
    fileprivate var holdsNamedValues: Bool {
        switch self {
        case .dictionary, .list, .tuple: true
        case .placeholder(let object): instanceDictionary != nil || !object.entries.entries.isEmpty
        default: false
        }
    }

    /// Whether to search inside: optimizers store their tensors under numbers, and histories are long; neither holds a state dict.
    fileprivate var maySearchInside: Bool {
        switch self {
        case .dictionary(let dictionary): dictionary.entries.contains { if case .string = $0.key { true } else { false } }
        case .list(let items), .tuple(let items): items.count <= 100_000
        default: true
        }
    }

    /// Number of values one level down.
    fileprivate var width: Int {
        switch self {
        case .dictionary(let dictionary): dictionary.entries.count
        case .list(let items), .tuple(let items): min(items.count, 100_000)
        default: 0
        }
    }
}
