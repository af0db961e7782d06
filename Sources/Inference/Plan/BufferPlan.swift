import Kernels

/// Where a value is in the arena, for one image.
struct PlannedView: Equatable {
    /// Its buffer.
    var buffer: Int
    /// First channel in the buffer's pixels.
    var channelOffset: Int
    /// The value's sizes.
    var extent: ValueExtent
}

/// A stretch of the arena that holds one value, or several joined along their channels, while they are needed.
struct PlannedBuffer: Equatable {
    /// Channels, padded.
    var pixelStride: Int
    var height: Int
    var width: Int
    /// Zero pixels around the image.
    var border: Int
    /// Levels from the first layer that writes it to the last that reads it (see `LayerLevels`).
    var firstLevel: Int
    var lastLevel: Int
    /// First number in the arena, in numbers of one image.
    var offset = 0

    var rowStride: Int { (width + 2 * border) * pixelStride }
    var imageStride: Int { (height + 2 * border) * rowStride }
}

/// Gives every value a position in the arena, and positions that are free again to later values.
struct BufferPlan {
    private(set) var buffers: [PlannedBuffer] = []
    private(set) var views: [String: PlannedView] = [:]
    /// Numbers of the arena for one image, which are also those from an image to the next: each image has a stretch of its own, so that
    /// threads may be at different layers of different images.
    private(set) var arenaCount = 0

    /// - Parameters:
    ///   - borders: zero pixels that readers need around a value.
    ///   - outputs: values that are needed at the end.
    init(
        layers: [FusedLayer], input: (name: String, extent: ValueExtent), extents: [String: ValueExtent], borders: [String: Int],
        outputs: Set<String>
    ) {
        let slices = BufferPlan.slices(layers, input: input.name, extents: extents)
        var owner: [String: Int] = [:]
        let levels = LayerLevels.levels(of: layers)
        func buffer(_ name: String, _ extent: ValueExtent, at level: Int) -> PlannedBuffer {
            PlannedBuffer(
                pixelStride: BufferPlan.pixelStride(extent.channels), height: extent.height, width: extent.width,
                border: borders[name] ?? 0, firstLevel: level, lastLevel: level)
        }
        buffers.append(buffer(input.name, input.extent, at: -1))
        owner[input.name] = 0
        views[input.name] = PlannedView(buffer: 0, channelOffset: 0, extent: input.extent)
        // Stored tensors have memory of their own.
        for (level, layer) in zip(levels, layers) where !layer.isParameter {
            guard let extent = extents[layer.output] else { continue }
            let joined = slices[layer.output]
            let name = joined?.whole ?? layer.output
            if owner[name] == nil {
                owner[name] = buffers.count
                buffers.append(buffer(name, extents[name] ?? extent, at: level))
            }
            guard let place = owner[name] else { continue }
            // A part may need a wider frame than the whole, the first part like any other.
            buffers[place].border = max(buffers[place].border, borders[layer.output] ?? 0)
            buffers[place].firstLevel = min(buffers[place].firstLevel, level)
            views[layer.output] = PlannedView(buffer: place, channelOffset: joined?.offset ?? 0, extent: extent)
        }
        for (level, layer) in zip(levels, layers) {
            for name in layer.inputs + [layer.output] {
                guard let place = views[name]?.buffer else { continue }
                buffers[place].lastLevel = max(buffers[place].lastLevel, outputs.contains(name) ? layers.count : level)
            }
        }
        place()
    }

    /// Channels with their padding. Pixels at multiples of 2,048 bytes would all fall on the same few lines of the cache.
    private static func pixelStride(_ channels: Int) -> Int {
        let padded = WeightPacking.padded(channels)
        return padded.isMultiple(of: 512) ? padded + 16 : padded
    }

    /// Values that are written straight to where they belong in a concatenation: whole and first channel.
    private static func slices(
        _ layers: [FusedLayer], input: String, extents: [String: ValueExtent]
    ) -> [String: (whole: String, offset: Int)] {
        var slices: [String: (whole: String, offset: Int)] = [:]
        for layer in layers {
            guard case .concatenate(_, joinsChannels: true) = layer.kind else { continue }
            let parts = layer.inputs
            let isAligned = parts.dropLast().allSatisfy { (extents[$0]?.channels ?? 1).isMultiple(of: laneCount) }
            let isFree = Set(parts).count == parts.count && !parts.contains(input) && parts.allSatisfy { slices[$0] == nil }
            // A concatenation that is itself a part stays where it is.
            guard isAligned, isFree, !parts.contains(where: { name in layers.contains { $0.output == name && $0.isConcatenation } }) else {
                continue
            }
            var offset = 0
            for part in parts {
                slices[part] = (layer.output, offset)
                offset += extents[part]?.channels ?? 0
            }
        }
        return slices
    }

    /// First fit, largest first: two buffers share numbers only if their levels do not overlap.
    private mutating func place() {
        var placed: [Int] = []
        for index in buffers.indices.sorted(by: { (buffers[$0].imageStride, $1) > (buffers[$1].imageStride, $0) }) {
            let size = roundedUp(buffers[index].imageStride)
            let rivals = placed.filter {
                buffers[$0].firstLevel <= buffers[index].lastLevel && buffers[index].firstLevel <= buffers[$0].lastLevel
            }.sorted { buffers[$0].offset < buffers[$1].offset }
            var offset = 0
            for rival in rivals {
                if offset + size <= buffers[rival].offset { break }
                offset = max(offset, buffers[rival].offset + roundedUp(buffers[rival].imageStride))
            }
            buffers[index].offset = offset
            arenaCount = max(arenaCount, offset + size)
            placed.append(index)
        }
        // Whole pages and five cache lines: the same position in several images should not fall on the same few lines of the cache.
        arenaCount = (arenaCount + 1023) / 1024 * 1024 + 80
    }

    /// Whole cache lines, and one between two buffers.
    private func roundedUp(_ count: Int) -> Int { (count + 31) / 16 * 16 }
}
