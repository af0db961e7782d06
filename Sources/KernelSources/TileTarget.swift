import KernelTypes

/// The pixels of a tile, and where their sums go.
struct TileTarget {
    let job: UnsafePointer<ConvolutionJob>
    let pixels: UnsafePointer<OutputPixel>
    /// The first of the tile's channels.
    let channel: Int
    /// Memory for what was summed so far.
    let sums: UnsafeMutablePointer<Block>

    /// Where the inputs of the pixels are.
    @inline(__always) func rows<Tile: MultiplyTile>(_ type: Tile.Type) -> Tile.Rows { Tile.rows { pixels[$0].input } }

    /// Keeps what was summed so far.
    @inline(__always) func keep<Tile: MultiplyTile>(_ tile: Tile) {
        tile.forEach { row, block, sum in sums[block &* Tile.rowCount &+ row] = sum }
    }

    /// Adds what was kept.
    @inline(__always) func addTotal<Tile: MultiplyTile>(to part: inout Tile) {
        part.update { row, block, sum in sums[block &* Tile.rowCount &+ row] + sum }
    }

    /// Adds bias and residual, applies the activation and stores the result, as `Finish` does. What is done most often begins with the sums
    /// in registers.
    @inline(__always) func finish<Tile: MultiplyTile>(_ tile: Tile) {
        let output = job.pointee.output.base + channel
        let hasSecond = Tile.blockCount == 2
        guard TileTarget.isFast(for: tile), channel &+ Tile.blockCount &* blockChannels <= job.pointee.output.paddedChannels else {
            return finishFromMemory(tile)
        }
        let first = block(job.pointee.bias + channel)
        let second = hasSecond ? block(job.pointee.bias + (channel &+ blockChannels)) : first
        @inline(__always) func put(_ change: (_ index: Int, _ row: Int, _ value: inout Block) -> Void) {
            tile.forEach { row, index, sum in
                var value = sum + (index == 0 ? first : second)
                change(index, row, &value)
                store(value, output + (pixels[row].output &+ index &* blockChannels))
            }
        }
        guard let residual = job.pointee.residual else {
            switch job.pointee.activation {
            case .none: put { _, _, _ in }
            case .relu: put { _, _, value in value.replace(with: Block.zero, where: value .< Block.zero) }
            case .prelu(let slopes):
                let firstSlopes = block(slopes + channel)
                let secondSlopes = hasSecond ? block(slopes + (channel &+ blockChannels)) : firstSlopes
                put { index, _, value in
                    value.replace(with: value * (index == 0 ? firstSlopes : secondSlopes), where: value .< Block.zero)
                }
            case .clip(let low, let high): put { _, _, value in value = clip(value, low, high) }
            case .hardSwish: finishFromMemory(tile)
            }
            return
        }
        let addends = UnsafePointer(residual.base + channel)
        @inline(__always) func addend(_ index: Int, _ row: Int) -> Block {
            block(addends + (pixels[row].residual &+ index &* blockChannels))
        }
        switch job.pointee.activation {
        case .none: put { index, row, value in value += addend(index, row) }
        case .relu:
            put { index, row, value in
                value += addend(index, row)
                value.replace(with: Block.zero, where: value .< Block.zero)
            }
        default: finishFromMemory(tile)
        }
    }

    /// Whether registers are worth their own code: the last few pixels, and all of the baseline loops, which only old
    /// processors run, are finished from memory.
    @inline(__always) private static func isFast<Tile: MultiplyTile>(for tile: Tile) -> Bool {
        #if CONVERT_BASELINE
            false
        #else
            Tile.rowCount > 4
        #endif
    }

    /// What is rare, or for half a block, after the registers are free again.
    @inline(__always) private func finishFromMemory<Tile: MultiplyTile>(_ tile: Tile) {
        keep(tile)
        for block in 0..<Tile.blockCount {
            finishBlock(job.pointee, channel: channel &+ block &* blockChannels, sums + block &* Tile.rowCount, pixels, Tile.rowCount)
        }
    }

    @inline(__always) private func block(_ pointer: UnsafePointer<Float>) -> Block {
        UnsafeRawPointer(pointer).assumingMemoryBound(to: Block.self).pointee
    }

    @inline(__always) private func store(_ value: Block, _ pointer: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Block.self).pointee = value
    }
}
