import ConvertIR

/// The size of the image that enters: what the caller gives, what the checkpoint states, or what the weights and the family show.
extension FamilyBuilder {
    private static let largestSide = 1 << 14
    private static let mostHalvings = 16
    private static let smallestMap = 3
    private static let mostChannels = 1 << 16

    /// The input as an image.
    mutating func imageInput(_ image: FamilyImage) throws -> Graph.Input {
        let channels = try number(image.channels)
        guard (0...FamilyBuilder.mostChannels) ~= channels else {
            throw FamilyStop("expected from 1 to \(FamilyBuilder.mostChannels) channels, found \(channels)")
        }
        var sides: [Dimension] = [.symbol("height"), .symbol("width")]
        if let size = try size(image.size) { sides = [.fixed(size.height), .fixed(size.width)] }
        return Graph.Input(name: "input", type: ValueType([.batch, .fixed(channels)] + sides))
    }

    private mutating func size(_ size: FamilyImage.Size) throws -> GivenFacts.ImageSize? {
        switch size {
        case .any: return nil
        case .fixed(let word):
            isSizeWritten = true
            return try self.size(word)
        case .usual(let word):
            if let imageSize { return imageSize }
            if let stated = weights.metadata["image_size"]?.integer {
                isSizeStated = true
                return GivenFacts.ImageSize(square: stated)
            }
            return try self.size(word)
        case .window(let word, let halvings):
            let window: GivenFacts.ImageSize
            if ["0x0", "0"].contains(try self.word(word)) {
                // The weight that shows it is missing: any size does for seeing what else is.
                isWindowMissing = true
                window = GivenFacts.ImageSize(square: 7)
            } else {
                window = try self.size(word)
            }
            return try imageSize ?? FamilyBuilder.doubled(window, times: self.halvings(halvings))
        case .map(let features, let maps, let halvings, let usual):
            return try mapped(
                features: try number(features), maps: try number(maps), halvings: try self.halvings(halvings),
                usual: try usual.map { try self.size($0) })
        }
    }

    /// Unequal sides are taken as a portrait, because area alone cannot distinguish 112×96 from 96×112.
    private mutating func mapped(features: Int, maps: Int, halvings: Int, usual: GivenFacts.ImageSize?) throws -> GivenFacts.ImageSize {
        if let imageSize { return imageSize }
        func leads(_ size: GivenFacts.ImageSize) -> Bool {
            guard size.height > 0, size.width > 0 else { return false }
            let (height, width) = (FamilyBuilder.halved(size.height, halvings), FamilyBuilder.halved(size.width, halvings))
            let (product, overflow) = (height * width).multipliedReportingOverflow(by: maps)
            return !overflow && product == features
        }
        if let stated = weights.metadata["image_size"]?.integer {
            let size = GivenFacts.ImageSize(square: stated)
            isSizeStated = leads(size)
            if isSizeStated { return size }
            // If the layers are not the family's, that is the reason, and not the size.
            sizeError = .imageSizeDisagrees(source: weights.provenance.source, named: stated, features: features)
        }
        if let usual, leads(usual) { return usual }
        let sides = FamilyBuilder.sides(area: maps > 0 ? features / maps : 0)
        // A layer that shows the map may be the one that is missing or of another shape.
        if maps == 0 || features == 0 || !features.isMultiple(of: maps), let usual { return usual }
        // As many features as maps are those of a mean over them, and no network of faces flattens a map of a few places, or a narrow strip.
        if sizeError == nil, halvings > 0, sides.shorter < FamilyBuilder.smallestMap || sides.longer > 2 * sides.shorter {
            keys.depart(
                "the last layer takes \(features) numbers, which is \(sides.longer)×\(sides.shorter) places of \(maps) maps: no image of a usual "
                    + "size gives such a map, unless its size is given", line: line)
        }
        return FamilyBuilder.doubled(GivenFacts.ImageSize(height: sides.longer, width: sides.shorter), times: halvings)
    }

    /// What is left of a side after so many steps of two pixels.
    private static func halved(_ side: Int, _ times: Int) -> Int {
        var left = min(max(side, 0), 1 << 20)
        for _ in 0..<times { left = (left + 1) / 2 }
        return left
    }

    private static func doubled(_ size: GivenFacts.ImageSize, times: Int) -> GivenFacts.ImageSize {
        func side(_ side: Int) -> Int { min(max(side, 1), largestSide >> times) << times }
        return GivenFacts.ImageSize(height: max(side(size.height), 1), width: max(side(size.width), 1))
    }

    // MARK: Words

    private func number(_ template: WordTemplate) throws -> Int {
        let text = try word(template)
        guard let number = Int(text) else { throw wrong("a number", text) }
        return number
    }

    private func halvings(_ template: WordTemplate) throws -> Int {
        let number = try number(template)
        guard (0...FamilyBuilder.mostHalvings) ~= number else {
            throw FamilyStop("expected from 0 to \(FamilyBuilder.mostHalvings) halvings, found \(number)")
        }
        return number
    }

    private func size(_ template: WordTemplate) throws -> GivenFacts.ImageSize {
        let text = try word(template)
        guard case .size(let size)? = AttributeValue(text: text.contains("x") ? text : "\(text)x\(text)", form: .size) else {
            throw wrong("height and width such as 112x112", text)
        }
        guard [size.height, size.width].allSatisfy({ (1...FamilyBuilder.largestSide) ~= $0 }) else {
            throw FamilyStop("expected sides from 1 to \(FamilyBuilder.largestSide), found \(text)")
        }
        return GivenFacts.ImageSize(height: size.height, width: size.width)
    }
}
