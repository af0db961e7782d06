import ConvertJSON
import TestSupport

@testable import ConvertFaces

/// The results in `faces/reference.json` of the reference pipeline's own functions on seeded numbers.
enum FaceReference {
    private static let root: JSONObject = {
        guard let bytes = try? Fixtures.bytes(Fixtures.path("faces/reference.json")) else { return JSONObject() }
        return (try? JSONParser.parse(bytes))?.object ?? JSONObject()
    }()

    static func cases(_ name: String) -> [JSONObject] { root[name]?.array?.compactMap(\.object) ?? [] }
    static func object(_ name: String) -> JSONObject { root[name]?.object ?? JSONObject() }

    static func floats(_ value: JSONValue?) -> [Float] { value?.array?.compactMap { $0.double.map { Float($0) } } ?? [] }
    static func integers(_ value: JSONValue?) -> [Int] { value?.array?.compactMap(\.integer) ?? [] }

    static func boxes(_ value: JSONValue?) -> [FaceBox] {
        let numbers = floats(value)
        return stride(from: 0, to: numbers.count - 3, by: 4).map {
            FaceBox(x1: numbers[$0], y1: numbers[$0 + 1], x2: numbers[$0 + 2], y2: numbers[$0 + 3])
        }
    }
}
