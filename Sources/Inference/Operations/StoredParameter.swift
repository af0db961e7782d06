import ConvertIR
import Kernels

extension PlainNode {
    func parameter(_ key: String, isPerImage: Bool) throws -> PlainTensor {
        let tensor = try weight(key)
        guard isPerImage else { return tensor }
        return PlainTensor(
            shape: [images] + tensor.shape.dropFirst(), values: Array(repeatElement(tensor.values, count: images).joined()))
    }
}

extension LayerPacking {
    /// Lays a stored tensor out once, for all images.
    static func fill(_ packed: inout PackedLayer, parameter key: String, order: AxisOrder, model: Model) throws {
        guard let tensor = model.weights[key],
            let layout = ValueLayout(ValueType(tensor.shape.map { .fixed($0) }), order)
        else { throw packed.layer.unsupported("it has too many axes") }
        let extent = layout.extent
        let stride = WeightPacking.padded(extent.channels)
        let (pixels, isTooLarge) = extent.height.multipliedReportingOverflow(by: extent.width)
        let (count, overflow) = pixels.multipliedReportingOverflow(by: stride)
        guard !isTooLarge, !overflow else { throw InferenceError.tooMuchMemory(needed: .max, limit: 0) }
        let memory = try memory(count)
        let view = ImageView(
            base: memory.base, height: extent.height, width: extent.width, channels: extent.channels, pixelStride: stride,
            rowStride: extent.width * stride, imageStride: 0, border: 0)
        let source = try FloatReading(tensor)
        let strides = layout.strides(view)
        // The tensor is in C order.
        var steps = [Int](repeating: 1, count: layout.sizes.count)
        for axis in steps.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * layout.sizes[axis + 1] }
        let flat = ImageView(
            base: UnsafeMutablePointer(mutating: source.base), height: 1, width: 1, channels: tensor.elementCount, pixelStride: 0,
            rowStride: 0, imageStride: 0, border: 0)
        withExtendedLifetime(source) { StridedCopy(flat, view, sizes: layout.sizes, from: steps, to: strides).run(image: 0) }
        packed.weights = memory
        packed.parameter = view
    }
}
