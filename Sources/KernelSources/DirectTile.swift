import KernelTypes

/// One tile of pixels, for as many blocks as the tile has.
@inline(__always) func convolve<Tile: MultiplyTile>(
    _ type: Tile.Type, _ job: UnsafePointer<ConvolutionJob>, _ taps: Taps, _ pixels: UnsafePointer<OutputPixel>, _ inside: TapRectangle,
    _ ahead: WeightsAhead, _ weights: UnsafePointer<Float>, channel: Int, _ sums: UnsafeMutablePointer<Block>
) {
    let target = TileTarget(job: job, pixels: pixels, channel: channel, sums: sums)
    if taps.isOnePart {
        convolveOnePart(type, taps, ahead, weights, target)
    } else if taps.channels <= taps.channelsPerPart {
        convolveTaps(type, taps, inside, ahead, weights, target)
    } else {
        convolveChannels(type, taps, inside, ahead, weights, target)
    }
}

// A sum consists of parts of at most `partialTerms` products each, because one long chain of additions loses more accuracy than many short
// ones. Where a part ends does not depend on which taps are skipped. The functions are not inlined, so that parts have all registers.

/// A sum that is one part.
@inline(never) private func convolveOnePart<Tile: MultiplyTile>(
    _ type: Tile.Type, _ taps: Taps, _ ahead: WeightsAhead, _ weights: UnsafePointer<Float>, _ target: TileTarget
) {
    let rows = target.rows(type)
    var part = Tile()
    part.add(rows, taps.offsets[0], weights, blockStride: taps.count &* blockChannels, taps.channels, ahead: ahead)
    target.finish(part)
}

/// Parts of as many whole taps as fit.
@inline(never) private func convolveTaps<Tile: MultiplyTile>(
    _ type: Tile.Type, _ taps: Taps, _ inside: TapRectangle, _ ahead: WeightsAhead, _ weights: UnsafePointer<Float>,
    _ target: TileTarget
) {
    let rows = target.rows(type)
    let (channels, blockStride) = (taps.channels, taps.count &* blockChannels)
    let perPart = taps.tapsPerPart
    var (row, column, isFirst) = (inside.firstRow, inside.firstColumn, true)
    guard row < inside.endRow, column < inside.endColumn else { return target.finish(Tile()) }
    var total = Tile()
    while true {
        var part = Tile()
        let end = ((row &* taps.columns &+ column) / perPart &+ 1) &* perPart
        var tap = row &* taps.columns &+ column
        repeat {
            let place = tap &* channels &* blockChannels
            part.add(rows, taps.offsets[tap], weights + place, blockStride: blockStride, channels, ahead: ahead + place)
            column &+= 1
            if column == inside.endColumn { (row, column) = (row &+ 1, inside.firstColumn) }
            tap = row &* taps.columns &+ column
        } while row < inside.endRow && tap < end
        if Tile.keepsTotals {
            total += part
            if row == inside.endRow { return target.finish(total) }
            continue
        }
        if !isFirst { target.addTotal(to: &part) }
        if row == inside.endRow { return target.finish(part) }
        target.keep(part)
        isFirst = false
    }
}

/// Parts of one tap.
@inline(never) private func convolveChannels<Tile: MultiplyTile>(
    _ type: Tile.Type, _ taps: Taps, _ inside: TapRectangle, _ ahead: WeightsAhead, _ weights: UnsafePointer<Float>,
    _ target: TileTarget
) {
    let rows = target.rows(type)
    let (channels, blockStride) = (taps.channels, taps.count &* blockChannels)
    let perPart = taps.channelsPerPart
    var (row, column, done, isFirst) = (inside.firstRow, inside.firstColumn, 0, true)
    guard row < inside.endRow, column < inside.endColumn else { return target.finish(Tile()) }
    var total = Tile()
    while true {
        let tap = row &* taps.columns &+ column
        let count = perPart < channels &- done ? perPart : channels &- done
        var part = Tile()
        let place = (tap &* channels &+ done) &* blockChannels
        part.add(rows, taps.offsets[tap] &+ done, weights + place, blockStride: blockStride, count, ahead: ahead + place)
        done &+= count
        if done >= channels {
            (column, done) = (column &+ 1, 0)
            if column == inside.endColumn { (row, column) = (row &+ 1, inside.firstColumn) }
        }
        if Tile.keepsTotals {
            total += part
            if row == inside.endRow { return target.finish(total) }
            continue
        }
        if !isFirst { target.addTotal(to: &part) }
        if row == inside.endRow { return target.finish(part) }
        target.keep(part)
        isFirst = false
    }
}
