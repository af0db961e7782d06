/// The gray of a color.
public enum Luminance {
    /// Pillow's conversion to mode L: ITU-R 601-2 luma in 16-bit fixed point, rounded.
    public static func of(_ red: Float, _ green: Float, _ blue: Float) -> Float {
        // Pixels are whole numbers from 0 to 255; anything else, such as noise between them, is weighted without rounding.
        guard let r = UInt32(exactly: red), let g = UInt32(exactly: green), let b = UInt32(exactly: blue), max(r, g, b) <= 255 else {
            return 0.299 * red + 0.587 * green + 0.114 * blue
        }
        return Float((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16)
    }
}
