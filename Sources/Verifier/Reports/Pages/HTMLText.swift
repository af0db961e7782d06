import ConvertFiles

/// Text and bytes in the form that HTML accepts.
enum HTMLText {
    /// Escapes text so that it is never markup, even within quoted attributes.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in PathText.shown(text).unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default:
                // Control characters are not valid in HTML, and directional ones would reverse a path's letters.
                let isControl = (scalar.value < 0x20 && scalar.value != 0x0A) || (0x7F..<0xA0).contains(scalar.value)
                let isDirectional = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
                if isControl || isDirectional {
                    out += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out
    }

    /// Escaped text in which a number such as 1e-05 is not broken after its hyphen.
    static func unbrokenNumbers(_ text: String) -> String {
        escaped(text).replacing(/([0-9]e-)([0-9])/) { "\($0.output.1)&#8288;\($0.output.2)" }
    }

    /// Escaped text of a path or name, which may be broken after a slash or an underscore.
    static func breakable(_ text: String) -> String {
        escaped(text).replacing("/", with: "/<wbr>").replacing("_", with: "_<wbr>")
    }

    /// A picture as the `src` of an `img`, so that nothing is fetched.
    static func dataAddress(_ bytes: [UInt8], type: String) -> String { "data:\(type);base64,\(base64(bytes))" }

    /// A name as a part of a relative address (RFC 3986): everything but letters, digits and `-._~` is written as its bytes.
    static func address(_ name: String) -> String {
        PathText.bytes(name).map { byte -> String in
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte) || "-._~".utf8.contains(byte)
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Base64 according to RFC 4648, section 4.
    static func base64(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            var bits = 0
            for place in start..<start + 3 { bits = bits << 8 | (place < bytes.count ? Int(bytes[place]) : 0) }
            for place in 0..<4 {
                let isFilling = start + place > bytes.count
                out.append(isFilling ? UInt8(ascii: "=") : alphabet[bits >> (18 - 6 * place) & 63])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
