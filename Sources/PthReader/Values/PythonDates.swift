/// `datetime` objects in pickles (CPython, Lib/_pydatetime.py, `__reduce__`), converted to ISO 8601.
enum PythonDates {
    static func text(_ className: String, _ arguments: [CheckpointValue]) -> String? {
        switch className {
        case "datetime.timedelta": return duration(arguments)
        case "datetime.timezone":
            guard case .date(let offset)? = arguments.first else { return nil }
            return zone(offset)
        default: break
        }
        guard let state = packed(arguments.first) else { return nil }
        var zoneText = ""
        if arguments.count > 1 {
            guard case .date(let zone) = arguments[1] else { return nil }
            zoneText = zone
        }
        switch (className, state.count) {
        case ("datetime.date", 4): return date(state)
        case ("datetime.time", 6): return time(state[...]) + zoneText
        case ("datetime.datetime", 10): return date(state) + "T" + time(state[4...]) + zoneText
        default: return nil
        }
    }

    private static func packed(_ value: CheckpointValue?) -> [UInt8]? {
        switch value {
        case .bytes(let view)?: return view.count <= 16 ? view.array : nil
        case .string(let text)?:
            let bytes = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
            return bytes.count == text.unicodeScalars.count ? bytes : nil
        default: return nil
        }
    }

    private static func date(_ state: [UInt8]) -> String {
        // The top bit of the month marks the second pass of a repeated hour (`fold`).
        "\(pad(Int(state[0]) << 8 | Int(state[1]), 4))-\(pad(Int(state[2] & 0x7F)))-\(pad(Int(state[3])))"
    }

    private static func time(_ state: ArraySlice<UInt8>) -> String {
        let part = Array(state)
        let micro = Int(part[3]) << 16 | Int(part[4]) << 8 | Int(part[5])
        let base = "\(pad(Int(part[0] & 0x7F))):\(pad(Int(part[1]))):\(pad(Int(part[2])))"
        return micro == 0 ? base : base + "." + pad(micro, 6)
    }

    private static func duration(_ arguments: [CheckpointValue]) -> String? {
        let parts = arguments.compactMap(\.int)
        guard parts.count == arguments.count, parts.count <= 3 else { return nil }
        let filled = parts + [Int](repeating: 0, count: 3 - parts.count)
        let seconds = filled[2] == 0 ? "\(filled[1])" : "\(filled[1]).\(pad(filled[2], 6))"
        return "P\(filled[0])DT\(seconds)S"
    }

    /// Converts `PnDTsS` to `+hh:mm`.
    private static func zone(_ duration: String) -> String? {
        guard duration.hasPrefix("P"), let day = duration.firstIndex(of: "D"), let second = duration.firstIndex(of: "S"),
            let days = Int(duration[duration.index(after: duration.startIndex)..<day]),
            let seconds = Int(duration[duration.index(day, offsetBy: 2)..<second]), (-1...1).contains(days), seconds >= 0, seconds < 86_400
        else { return nil }
        let total = days * 86_400 + seconds
        let minutes = abs(total) / 60
        return "\(total < 0 ? "-" : "+")\(pad(minutes / 60)):\(pad(minutes % 60))"
    }

    private static func pad(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
