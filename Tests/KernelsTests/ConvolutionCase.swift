import Kernels

@testable import ConvertInference

/// A convolution with every feature, and its outputs according to the definition, in float64.
struct ConvolutionCase {
    let input: KernelImages
    let residual: KernelImages?
    let finish: Finish
    let outputHeight: Int
    let outputWidth: Int
    let outputs: Int
    let images: Int
    let before: Int
    let behind: Int
    let border: Int
    /// The outputs, images × rows × columns × channels.
    let expected: [Double]
    /// The largest sum of products' magnitudes, against which rounding is judged.
    let magnitude: Double
    private let job: ConvolutionJob
    private let kept: [FloatMemory]

    struct Shape {
        var kernel = (height: 3, width: 3)
        var stride = (y: 1, x: 1)
        var dilation = (y: 1, x: 1)
        var padding = (top: 0, left: 0, bottom: 0, right: 0)
        var inputs = 8
        var outputs = 8
        var images = 1
        var partialTerms = 144
        /// Whether the input is scaled and shifted as it is read (Winograd).
        var isScaled = false
        var output = (height: 2, width: 2)
        /// Whether the frame, which only products with padding read, is filled with NaN.
        var isFramePoisoned = false
    }

    init?(_ shape: Shape, isWinograd: Bool, noise: inout Noise) {
        let (padding, kernel) = (shape.padding, shape.kernel)
        let height = (shape.output.height - 1) * shape.stride.y + (kernel.height - 1) * shape.dilation.y + 1 - padding.top - padding.bottom
        let width = (shape.output.width - 1) * shape.stride.x + (kernel.width - 1) * shape.dilation.x + 1 - padding.left - padding.right
        guard height > 0, width > 0 else { return nil }
        let frame = max(max(padding.top, padding.left), max(padding.bottom, padding.right))
        // Winograd's kernels know where the image ends and do not read the frame.
        guard
            let input = KernelImages(
                images: shape.images, channels: shape.inputs, height: height, width: width, border: isWinograd ? noise.below(2) : frame,
                before: 8 * noise.below(3), behind: 8 * noise.below(2),
                around: isWinograd || shape.isFramePoisoned ? .poisonedFrame : .zeroFrame, noise: &noise)
        else { return nil }
        self.input = input
        residual =
            noise.coin()
            ? KernelImages(
                images: shape.images, channels: shape.outputs, height: shape.output.height, width: shape.output.width,
                border: noise.below(2), before: 8 * noise.below(2), behind: 8, around: .poisonedFrame, noise: &noise) : nil
        finish = Finish(channels: shape.outputs, noise: &noise)
        (outputHeight, outputWidth, outputs, images) = (shape.output.height, shape.output.width, shape.outputs, shape.images)
        (before, behind, border) = (8 * noise.below(3), 8 * noise.below(2), noise.below(3))
        let taps = kernel.height * kernel.width
        let source = noise.numbers(shape.outputs * shape.inputs * taps)
        let scale = (0..<shape.outputs).map { _ in Double(noise.number()) }
        let bias = noise.numbers(shape.outputs)
        let isScaled = shape.isScaled
        let (inputScale, inputShift) = (noise.numbers(shape.inputs), noise.numbers(shape.inputs))
        let count =
            isWinograd
            ? WeightPacking.winogradCount(outputs: shape.outputs, inputs: shape.inputs)
            : WeightPacking.directCount(outputs: shape.outputs, inputs: shape.inputs, taps: taps)
        guard let weights = FloatMemory(zeros: count), let biases = padded(bias), let slopes = padded(finish.slopes),
            let scales = padded(inputScale), let shifts = padded(inputShift),
            let output = KernelImages(images: 0, channels: 1, height: 1, width: 1, around: .sentinel, noise: &noise)
        else { return nil }
        if isWinograd {
            WeightPacking.winograd(
                source, outputs: 0..<shape.outputs, inputs: shape.inputs, scale: scale, to: weights.base)
        } else {
            WeightPacking.direct(
                source, outputs: shape.outputs, inputs: shape.inputs, groups: 1, taps: taps, scale: scale, to: weights.base)
        }
        kept = [weights, biases, slopes, scales, shifts]
        var job = ConvolutionJob(
            input: input.view, output: output.view, weights: UnsafePointer(weights.base), bias: UnsafePointer(biases.base),
            images: shape.images)
        job.residual = residual?.view
        job.activation = finish.activation(slopes)
        if isScaled {
            job.inputScale = UnsafePointer(scales.base)
            job.inputShift = UnsafePointer(shifts.base)
        }
        (job.kernelHeight, job.kernelWidth) = (kernel.height, kernel.width)
        (job.strideY, job.strideX, job.dilationY, job.dilationX) = (shape.stride.y, shape.stride.x, shape.dilation.y, shape.dilation.x)
        (job.paddingTop, job.paddingLeft) = (padding.top, padding.left)
        job.partialTerms = shape.partialTerms
        self.job = job

        var (values, largest) = ([Double](), 0.0)
        var window: [Double] = []
        for image in 0..<shape.images {
            for row in 0..<shape.output.height {
                for column in 0..<shape.output.width {
                    window.removeAll(keepingCapacity: true)
                    for channel in 0..<shape.inputs {
                        for y in 0..<kernel.height {
                            for x in 0..<kernel.width {
                                let (r, c) = (
                                    row * shape.stride.y + y * shape.dilation.y - padding.top,
                                    column * shape.stride.x + x * shape.dilation.x - padding.left
                                )
                                let isInside = r >= 0 && c >= 0 && r < height && c < width
                                let value = input.at(image, channel, r, c)
                                window.append(
                                    isScaled && isInside ? value * Double(inputScale[channel]) + Double(inputShift[channel]) : value)
                            }
                        }
                    }
                    for output in 0..<shape.outputs {
                        let (sum, magnitude) = ConvolutionCase.dot(window, source, output * window.count)
                        largest = max(largest, magnitude * abs(scale[output]))
                        var value = sum * scale[output] + Double(bias[output])
                        if let residual { value += residual.at(image, output, row, column) }
                        values.append(finish.apply(value, output))
                    }
                }
            }
        }
        (expected, magnitude) = (values, largest)
    }

    private static func dot(_ left: [Double], _ right: [Float], _ start: Int) -> (sum: Double, magnitude: Double) {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                var (sum, magnitude, index) = (0.0, 0.0, 0)
                while index < left.count {
                    let product = left[index] * Double(right[start + index])
                    sum += product
                    magnitude += abs(product)
                    index += 1
                }
                return (sum, magnitude)
            }
        }
    }

    /// The job with a new output of its own.
    func prepared(_ noise: inout Noise) -> (job: ConvolutionJob, output: KernelImages)? {
        guard
            let output = KernelImages(
                images: images, channels: outputs, height: outputHeight, width: outputWidth, border: border, before: before,
                behind: behind, around: .sentinel, noise: &noise)
        else { return nil }
        var job = job
        job.output = output.view
        return (job, output)
    }

    /// The largest deviation from the definition, relative to the magnitude of what was summed.
    func error(_ output: KernelImages) -> Double {
        var (largest, index) = (0.0, 0)
        for image in 0..<images {
            for row in 0..<outputHeight {
                for column in 0..<outputWidth {
                    for channel in 0..<outputs {
                        let far = abs(output.at(image, channel, row, column) - expected[index])
                        // A NaN must not be hidden by a maximum.
                        largest = far <= largest ? largest : (far.isNaN ? .infinity : far)
                        index += 1
                    }
                }
            }
        }
        return largest / (magnitude + 1)
    }
}
