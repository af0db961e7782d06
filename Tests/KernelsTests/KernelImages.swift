import Kernels

@testable import ConvertInference

/// Pseudorandom numbers that are the same in every run (splitmix64).
struct Noise {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(seed) &* 0x2545_F491_4F6C_DD1D &+ 1 }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// From −1 to 1.
    mutating func number() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }
    mutating func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in number() } }
    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
    mutating func coin() -> Bool { next() & 1 == 0 }

    /// Cuts a range at random positions; the parts cover it in order.
    mutating func cuts(_ range: Range<Int>, longest: Int) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, start + 1 + below(longest))
            parts.append(start..<end)
            start = end
        }
        return parts
    }
}

/// Images in the kernels' layout, as a slice of wider pixels within a frame, surrounded by numbers that no kernel may read or write.
final class KernelImages {
    /// The fill of memory that kernels must not access: reading it spoils every sum, and overwriting it is noticed.
    enum Surroundings { case zeroFrame, poisonedFrame, sentinel }

    static let sentinel: Float = 12345.5
    let memory: FloatMemory
    let view: ImageView
    let images: Int

    init?(
        images: Int, channels: Int, height: Int, width: Int, border: Int = 0, before: Int = 0, behind: Int = 0,
        around: Surroundings, noise: inout Noise
    ) {
        let padded = (channels + laneCount - 1) / laneCount * laneCount
        let pixel = before + padded + behind
        let row = (width + 2 * border) * pixel
        let image = (height + 2 * border) * row
        guard let memory = FloatMemory(zeros: images * image) else { return nil }
        self.memory = memory
        self.images = images
        view = ImageView(
            base: memory.base + border * (row + pixel) + before, height: height, width: width, channels: channels, pixelStride: pixel,
            rowStride: row, imageStride: image, border: border)
        let poison = around == .sentinel ? KernelImages.sentinel : Float.nan
        for index in 0..<memory.count { memory.base[index] = poison }
        guard around != .sentinel else { return }
        for image in 0..<images {
            for row in -border..<height + border {
                for column in -border..<width + border {
                    let isInside = row >= 0 && row < height && column >= 0 && column < width
                    guard isInside || around == .zeroFrame else { continue }
                    let place = view.pixel(image, row, column)
                    for channel in 0..<padded { place[channel] = isInside && channel < channels ? noise.number() : 0 }
                }
            }
        }
    }

    /// A number inside the image; 0 outside.
    func at(_ image: Int, _ channel: Int, _ row: Int, _ column: Int) -> Double {
        guard row >= 0, column >= 0, row < view.height, column < view.width else { return 0 }
        return Double(view.pixel(image, row, column)[channel])
    }

    /// All bits, including the surroundings.
    var bits: [UInt32] { (0..<memory.count).map { memory.base[$0].bitPattern } }

    /// The first violation of a kernel: writing outside its view, or leaving padding channels nonzero.
    func misdeed() -> String? {
        var mine = [Bool](repeating: false, count: memory.count)
        for image in 0..<images {
            for row in 0..<view.height {
                for column in 0..<view.width {
                    let place = view.pixel(image, row, column)
                    for channel in 0..<view.paddedChannels {
                        mine[place - memory.base + channel] = true
                        if channel >= view.channels, place[channel] != 0 { return "padding \(channel) at \(image), \(row), \(column)" }
                    }
                }
            }
        }
        for index in mine.indices where !mine[index] && memory.base[index] != KernelImages.sentinel { return "wrote at \(index)" }
        return nil
    }
}

/// Numbers as the kernels expect them: aligned and padded with zeros.
func padded(_ numbers: [Float]) -> FloatMemory? {
    let memory = FloatMemory(zeros: (numbers.count + 15) / 16 * 16)
    for (index, number) in numbers.enumerated() { memory?.base[index] = number }
    return memory
}

/// The activations that may follow a sum, with the numbers they need.
struct Finish {
    let slopes: [Float]
    let kind: Int

    init(channels: Int, noise: inout Noise) {
        kind = noise.below(5)
        slopes = noise.numbers(channels)
    }

    func activation(_ memory: FloatMemory?) -> Activation {
        switch kind {
        case 1: .relu
        case 2: memory.map { .prelu(UnsafePointer($0.base)) } ?? .none
        case 3: .clip(-0.25, 0.5)
        case 4: .hardSwish
        default: .none
        }
    }

    func apply(_ value: Double, _ channel: Int) -> Double {
        switch kind {
        case 1: max(value, 0)
        case 2: value < 0 ? value * Double(slopes[channel]) : value
        case 3: min(max(value, -0.25), 0.5)
        case 4: value * min(max(value / 6 + 0.5, 0), 1)
        default: value
        }
    }
}

/// The kernels that run here, for every instruction set that the processor has.
let tables = [Kernels.avx512, Kernels.avx2, Kernels.baseline].compactMap { $0 }
let channelCounts = [1, 3, 8, 10, 16, 24, 28, 32, 48, 96]
