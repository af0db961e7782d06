import Testing

@testable import ConvertJSON

func parsed(_ text: String, _ limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
    try JSONParser.parse(Array(text.utf8), limits: limits)
}

/// The error from parsing these bytes; nil if they parse.
func failure(_ bytes: [UInt8], _ limits: JSONLimits = JSONLimits()) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONParser.parse(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

func failure(_ text: String, _ limits: JSONLimits = JSONLimits()) -> JSONError? { failure(Array(text.utf8), limits) }
