import ConvertFaces
import ConvertFiles
import ConvertJSON

/// What was found in each picture, as CSV (the face that was taken) and as JSON (every face).
public struct FaceTable: Sendable {
    private static let points = ["left_eye", "right_eye", "nose", "mouth_left", "mouth_right"]
    static let header =
        "path,detected,faces,x1,y1,x2,y2,probability," + points.map { "\($0)_x,\($0)_y" }.joined(separator: ",") + ",sha256_rgb_hwc"

    private(set) var csv = header + "\n"
    private var pictures: [JSONValue] = []

    /// One picture in both tables.
    struct Row: Sendable {
        /// Whether a face was found.
        let isDetected: Bool
        let csv: String
        let json: JSONValue

        /// A row that was made before.
        init(isDetected: Bool, csv: String, json: JSONValue) { (self.isDetected, self.csv, self.json) = (isDetected, csv, json) }

        /// A picture's name, whether a face was found and how many, the box, its probability, the landmarks, and the SHA-256 of the crop's RGB
        /// bytes row after row.
        init(_ name: String, _ aligned: FaceAligner.Aligned) {
            isDetected = aligned.face != nil
            let digest = SHA256Digest(of: aligned.crop.pixels).text
            var cells = [CSVText.quoted(name), isDetected ? "1" : "0", "\(aligned.faces.count)"]
            if let face = aligned.face {
                cells += [face.box.x1, face.box.y1, face.box.x2, face.box.y2, face.probability].map { "\($0)" }
                cells += face.landmarks.flatMap { ["\($0.x)", "\($0.y)"] }
            } else {
                cells += [String](repeating: "", count: 5 + 2 * FaceTable.points.count)
            }
            csv = (cells + [digest]).joined(separator: ",") + "\n"
            var picture = JSONObject([
                "path": .string(name), "width": .integer(Int64(aligned.image.width)), "height": .integer(Int64(aligned.image.height)),
                "detected": .boolean(isDetected),
            ])
            if let cut = aligned.cut {
                picture.append("cut", .array([cut.left, cut.top, cut.right, cut.bottom].map { .integer(Int64($0)) }))
            }
            if let transform = aligned.transform { picture.append("transform", .array(transform.numbers.map { .number($0) })) }
            picture.append("sha256_rgb_hwc", .string(digest))
            picture.append("faces", .array(aligned.faces.map { .object(FaceTable.json($0, isChosen: $0 == aligned.face)) }))
            json = .object(picture)
        }
    }

    /// Adds a picture's row.
    mutating func append(_ row: Row) {
        csv += row.csv
        pictures.append(row.json)
    }

    private static func json(_ face: DetectedFace, isChosen: Bool) -> JSONObject {
        let box = [face.box.x1, face.box.y1, face.box.x2, face.box.y2]
        var landmarks = JSONObject()
        for (name, point) in zip(points, face.landmarks) {
            landmarks.append(name, .array([.number(Double(point.x)), .number(Double(point.y))]))
        }
        return JSONObject([
            "box": .array(box.map { .number(Double($0)) }), "probability": .number(Double(face.probability)), "taken": .boolean(isChosen),
            "landmarks": .object(landmarks),
        ])
    }

    /// The settings in a table, in words.
    static func settings(_ root: JSONObject) -> [(name: String, value: String)] {
        FaceSettings.names.compactMap { name in
            root[name].map { value in (name, value.array?.map(words).joined(separator: " ") ?? words(value)) }
        }
    }

    /// 16 and 16.0 are one.
    private static func words(_ value: JSONValue) -> String {
        value.string ?? value.double.map { number in Int(exactly: number).map { "\($0)" } ?? "\(number)" } ?? value.text()
    }

    /// Settings and all pictures.
    func json(_ settings: JSONObject) -> String {
        var root = FaceTable.root(settings)
        root.append("images", .array(pictures))
        return JSONValue.object(root).text(pretty: true)
    }

    /// The members before the pictures.
    static func root(_ settings: JSONObject) -> JSONObject {
        var root = JSONObject(["format_version": .integer(1)])
        for member in settings.members { root.append(member.key, member.value) }
        return root
    }
}
