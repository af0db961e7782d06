import ConvertFiles
import ConvertJSON
import ConvertKit

/// What a run says besides its numbers.
enum RunText {
    /// One line about a table that was written.
    static func written(_ table: OutputTable, to target: String) -> String {
        let sizes = ([table.count] + table.shape).map(String.init).joined(separator: " × ")
        var kind = "float32"
        if case .float64 = table.values { kind = "float64" }
        return "\(target): \(sizes) numbers (\(kind)), \(table.count) \(table.count == 1 ? "image" : "images")"
    }

    /// The whole run as JSON; the numbers are in it only if they are in no file.
    static func document(
        _ table: OutputTable, model: String, output: RunOutput?, members: JSONObject, notes: [String]
    ) -> JSONObject {
        var root: JSONObject
        if let output {
            root = JSONObject(["format_version": .integer(1), "model": .string(model), "shape": table.jsonShape])
            let names = (0..<table.count).map {
                JSONValue.object(JSONObject(["image": table.names == nil ? .integer(Int64($0)) : .string(table.name($0))]))
            }
            root.append("images", .array(names))
            root.append("output", table.count > 0 ? .string(output.target) : .null)
        } else {
            root = RunOutput.document(table, model: model)
        }
        for member in members.members { root.append(member.key, member.value) }
        root.append("notes", .array(notes.map { .string($0) }))
        return root
    }

    /// What is special to arrays.
    static func members(_ result: ArrayRun.Result) -> JSONObject {
        var object = JSONObject()
        if !result.stepTimes.isEmpty { object.append("timing", timing(result.stepTimes, images: result.timedImages)) }
        if let rate = result.imagesPerSecond { object.append("images_per_second", .number(rate)) }
        return object
    }

    /// What is special to pictures.
    static func members(_ result: PictureRun.Result) -> JSONObject {
        var object = JSONObject()
        if !result.stepTimes.isEmpty { object.append("timing", timing(result.stepTimes, images: result.timedImages)) }
        if let milliseconds = result.networkMilliseconds { object.append("network_milliseconds_per_picture", .number(milliseconds)) }
        object.append("preprocess", .string(result.preprocess.rawValue))
        object.append("exif", .string(result.exif.rawValue))
        object.append("without_face", .array(result.withoutFace.map { .string($0) }))
        object.append("stored_turned", .array(result.storedTurned.map { .string($0) }))
        object.append("failed", ResultJSON.failures(result.failures.map { (path: $0.path, reason: ErrorText.line($0.reason)) }))
        return object
    }

    private static func timing(_ steps: [Event.StepTime], images: Int) -> JSONValue {
        var object = JSONObject([
            "images": .integer(Int64(images)), "milliseconds": .number(steps.reduce(0) { $0 + $1.seconds } * 1000),
        ])
        object.append(
            "steps",
            .array(
                steps.map {
                    .object(
                        JSONObject([
                            "name": .string($0.name), "method": .string($0.method), "milliseconds": .number($0.seconds * 1000),
                        ]))
                }))
        return .object(object)
    }
}
