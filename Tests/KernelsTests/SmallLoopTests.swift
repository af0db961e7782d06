import Kernels
import Testing

@testable import ConvertInference

/// Windows, linear layers and pixel operations of every compilation, compared with plain loops.
@Suite struct SmallLoopTests {
    private func largestError(_ output: KernelImages, _ expected: (Int, Int, Int, Int) -> Double) -> Double {
        var largest = 0.0
        for image in 0..<output.images {
            for row in 0..<output.view.height {
                for column in 0..<output.view.width {
                    for channel in 0..<output.view.channels {
                        let far = abs(output.at(image, channel, row, column) - expected(image, channel, row, column))
                        largest = far <= largest ? largest : (far.isNaN ? .infinity : far)
                    }
                }
            }
        }
        return largest
    }

    @Test("Windows count only what is inside the image", arguments: [WindowJob.Kind.depthwise, .maximum, .mean])
    func windowsCountOnlyWhatIsInsideTheImage(_ kind: WindowJob.Kind) throws {
        var outside = 0
        // The last is more than the first cache holds of the rows under a window.
        var cases: [(channels: Int, fixed: (stride: Int, padding: Int, width: Int)?)] = (channelCounts + channelCounts + [150]).map {
            ($0, nil)
        }
        if kind == .depthwise {
            // Windows of 3 × 3 have loops of their own.
            for stride in 1...2 {
                for padding in 0...2 {
                    for width in 1...9 { cases += [8, 24, 40].map { ($0, (stride, padding, width)) } }
                }
            }
        }
        for (index, (channels, fixed)) in cases.enumerated() {
            var noise = Noise(900 + index)
            let kernel = fixed == nil ? noise.pick([(1, 1), (2, 2), (3, 3), (3, 1), (1, 7), (7, 7), (5, 4)]) : (3, 3)
            let stride = fixed.map { ($0.stride, $0.stride) } ?? (1 + noise.below(3), 1 + noise.below(3))
            let dilation = kind == .depthwise && fixed == nil ? (1 + noise.below(2), 1 + noise.below(2)) : (1, 1)
            // Pooling windows never begin outside by more than half their size; convolutions' may.
            let half = kind == .depthwise ? 1 : 2
            let padding = fixed.map { ($0.padding, $0.padding) } ?? (noise.below(kernel.0 / half + 1), noise.below(kernel.1 / half + 1))
            let (height, images) = (1 + noise.below(8), 1 + noise.below(4))
            let width = fixed?.width ?? (channels == 150 ? 70 : 1 + noise.below(8))
            // One row and column more than fit: windows that extend past the end, as in ceil mode.
            let size = ((height + padding.0) / stride.0 + (noise.coin() ? 0 : 1), (width + padding.1) / stride.1 + 1)
            let rows = max(1, min(size.0, (height + padding.0 - 1) / stride.0 + 1))
            let columns = max(1, min(size.1, (width + padding.1 - 1) / stride.1 + 1))
            let input = try #require(
                KernelImages(
                    images: images, channels: channels, height: height, width: width, border: noise.below(2), before: 8 * noise.below(2),
                    behind: 8 * noise.below(2), around: .poisonedFrame, noise: &noise))
            let residual = try #require(
                KernelImages(images: images, channels: channels, height: rows, width: columns, around: .poisonedFrame, noise: &noise))
            let finish = Finish(channels: channels, noise: &noise)
            let (weights, bias) = (noise.numbers(channels * kernel.0 * kernel.1), noise.numbers(channels))
            let slopes = try #require(padded(finish.slopes))
            let packed = try #require(FloatMemory(zeros: WeightPacking.padded(channels) * kernel.0 * kernel.1))
            WeightPacking.depthwise(weights, channels: channels, taps: kernel.0 * kernel.1, scale: [1], to: packed.base)
            let biases = try #require(padded(bias))
            let usesResidual = kind == .depthwise && noise.coin()
            for table in tables {
                func prepared() throws -> (WindowJob, KernelImages) {
                    let output = try #require(
                        KernelImages(
                            images: images, channels: channels, height: rows, width: columns, border: 1, before: 8, behind: 8,
                            around: .sentinel, noise: &noise))
                    var job = WindowJob(
                        kind: kind, input: input.view, output: output.view, kernelHeight: kernel.0, kernelWidth: kernel.1,
                        strideY: stride.0, strideX: stride.1, paddingTop: padding.0, paddingLeft: padding.1, images: images)
                    (job.dilationY, job.dilationX) = dilation
                    if kind == .depthwise {
                        job.weights = UnsafePointer(packed.base)
                        job.bias = UnsafePointer(biases.base)
                        job.activation = finish.activation(slopes)
                        if usesResidual { job.residual = residual.view }
                    }
                    return (job, output)
                }
                let (job, output) = try prepared()
                table.window(job, 0..<images * rows)
                let error = largestError(output) { image, channel, row, column in
                    var inside: [Double] = []
                    var sum = Double(bias[channel])
                    for y in 0..<kernel.0 {
                        for x in 0..<kernel.1 {
                            let (r, c) = (row * stride.0 - padding.0 + y * dilation.0, column * stride.1 - padding.1 + x * dilation.1)
                            guard r >= 0, c >= 0, r < height, c < width else {
                                outside += 1
                                continue
                            }
                            let value = input.at(image, channel, r, c)
                            inside.append(value)
                            sum += value * Double(weights[(channel * kernel.0 + y) * kernel.1 + x])
                        }
                    }
                    switch kind {
                    case .depthwise:
                        return finish.apply(sum + (usesResidual ? residual.at(image, channel, row, column) : 0), channel)
                    case .maximum: return inside.max() ?? .nan
                    case .mean: return inside.reduce(0, +) / Double(inside.count)
                    }
                }
                #expect(error < (kind == .maximum ? 1e-30 : 1e-5), "\(table.name) \(channels) \(kernel) \(stride) \(padding)")
                #expect(output.misdeed() == nil, "\(table.name) \(channels)")
                let (cutJob, parts) = try prepared()
                for part in noise.cuts(0..<images * rows, longest: 3) { table.window(cutJob, part) }
                #expect(parts.bits == output.bits)
            }
        }
        #expect(outside > 100)
    }

    @Test("Linear layers take any length, any alignment and any number of images")
    func linearLayersTakeAnyLengthAnyPlaceAndAnyNumberOfImages() throws {
        for (index, inputs) in [1, 3, 8, 15, 16, 17, 100, 512, 1030, 2079].enumerated() {
            var noise = Noise(300 + index)
            let (outputs, images) = (channelCounts[index % channelCounts.count], 1 + index % 6)
            let input = try #require(
                KernelImages(images: images, channels: inputs, height: 1, width: 1, around: .poisonedFrame, noise: &noise))
            // Offset by one float, because a mapped file puts weights anywhere.
            let numbers = noise.numbers(inputs * outputs + 1)
            let (scale, bias) = (noise.numbers(outputs), noise.numbers(outputs))
            let finish = Finish(channels: outputs, noise: &noise)
            let (scales, biases) = (try #require(padded(scale)), try #require(padded(bias)))
            let slopes = try #require(padded(finish.slopes))
            let (hasScale, hasBias) = (noise.coin(), noise.coin())
            for table in tables {
                let outputStride = (outputs + 7) / 8 * 8 + 8
                func run(_ parts: [Range<Int>]) throws -> [Float] {
                    var result = [Float](repeating: KernelImages.sentinel, count: images * outputStride)
                    numbers.withUnsafeBufferPointer { weights in
                        result.withUnsafeMutableBufferPointer { target in
                            guard let weights = weights.baseAddress, let target = target.baseAddress else { return }
                            var job = LinearJob(
                                input: UnsafePointer(input.view.base), inputStride: input.view.imageStride, output: target,
                                outputStride: outputStride, weights: weights + 1, inputs: inputs, outputs: outputs, images: images)
                            if hasScale { job.scale = UnsafePointer(scales.base) }
                            if hasBias { job.bias = UnsafePointer(biases.base) }
                            job.activation = finish.activation(slopes)
                            for part in parts { table.linear(job, part) }
                        }
                    }
                    return result
                }
                let whole = try run([0..<outputs])
                for image in 0..<images {
                    for output in 0..<outputStride {
                        let found = whole[image * outputStride + output]
                        guard output < outputs else {
                            #expect(found == KernelImages.sentinel)
                            continue
                        }
                        var (sum, magnitude) = (0.0, 1.0)
                        for place in 0..<inputs {
                            let product = input.at(image, place, 0, 0) * Double(numbers[1 + output * inputs + place])
                            sum += product
                            magnitude += abs(product)
                        }
                        if hasScale { sum *= Double(scale[output]) }
                        if hasBias { sum += Double(bias[output]) }
                        #expect(abs(Double(found) - finish.apply(sum, output)) < 1e-6 * magnitude, "\(table.name) \(inputs) \(output)")
                    }
                }
                #expect(try run(noise.cuts(0..<outputs, longest: 5)).map(\.bitPattern) == whole.map(\.bitPattern))
            }
        }
    }

    @Test("Pixel operations scale, shift, add and activate") func pixelWorkScalesShiftsAddsAndActivates() throws {
        for (index, channels) in (channelCounts + channelCounts).enumerated() {
            var noise = Noise(600 + index)
            let (height, width, images) = (1 + noise.below(5), 1 + noise.below(5), 1 + noise.below(5))
            func make(_ noise: inout Noise, _ around: KernelImages.Surroundings) throws -> KernelImages {
                try #require(
                    KernelImages(
                        images: images, channels: channels, height: height, width: width, border: noise.below(2),
                        before: 8 * noise.below(2), behind: 8 * noise.below(2), around: around, noise: &noise))
            }
            let (input, addend) = (try make(&noise, .poisonedFrame), try make(&noise, .poisonedFrame))
            let (scale, shift) = (noise.numbers(channels), noise.numbers(channels))
            let finish = Finish(channels: channels, noise: &noise)
            let (scales, shifts) = (try #require(padded(scale)), try #require(padded(shift)))
            let slopes = try #require(padded(finish.slopes))
            let (hasScale, hasShift, hasAddend) = (noise.coin(), noise.coin(), noise.coin())
            let layout = noise
            for table in tables {
                func run(_ longest: Int) throws -> KernelImages {
                    var same = layout
                    let output = try make(&same, .sentinel)
                    var job = PixelJob(input: input.view, output: output.view, images: images)
                    if hasAddend { job.addend = addend.view }
                    if hasScale { job.scale = UnsafePointer(scales.base) }
                    if hasShift { job.shift = UnsafePointer(shifts.base) }
                    job.activation = finish.activation(slopes)
                    for part in same.cuts(0..<images * height, longest: longest) { table.pixels(job, part) }
                    return output
                }
                let whole = try run(1 << 20)
                let error = largestError(whole) { image, channel, row, column in
                    var value = input.at(image, channel, row, column)
                    if hasScale { value *= Double(scale[channel]) }
                    if hasShift { value += Double(shift[channel]) }
                    if hasAddend { value += addend.at(image, channel, row, column) }
                    return finish.apply(value, channel)
                }
                #expect(error < 1e-6, "\(table.name) \(channels)")
                #expect(whole.misdeed() == nil)
                #expect(try run(2).bits == whole.bits)
            }
        }
    }
}
