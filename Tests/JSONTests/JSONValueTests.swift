import Testing

@testable import ConvertJSON

@Suite struct JSONValueTests {
    @Test("Accessors return a value only if it has the requested kind")
    func accessors() {
        #expect(JSONValue.null.isNull && !JSONValue.boolean(false).isNull)
        #expect(JSONValue.boolean(true).boolean == true && JSONValue.integer(1).boolean == nil)
        #expect(JSONValue.integer(-1).integer == -1 && JSONValue.integer(-1).unsigned == nil && JSONValue.integer(-1).double == -1)
        #expect(JSONValue.unsigned(.max).unsigned == .max && JSONValue.unsigned(.max).integer == nil)
        #expect(JSONValue.integer(3).unsigned == 3 && JSONValue.number(3).unsigned == nil && JSONValue.number(3).integer == nil)
        #expect(JSONValue.string("a").string == "a" && JSONValue.string("1").double == nil && JSONValue.null.string == nil)
        #expect(JSONValue.array([.null]).array == [.null] && JSONValue.null.array == nil && JSONValue.null.object == nil)
    }

    @Test("Objects keep their order and find keys, with or without an index", arguments: [1, 8, 9, 1000])
    func objectsKeepOrderAndFindKeys(_ count: Int) {
        var object = JSONObject()
        for place in 0..<count {
            let isNew = object.append("k\(place)", .integer(Int64(place)))
            #expect(isNew)
        }
        let isNew = object.append("k0", .null)
        #expect(!isNew)
        #expect(object.members.map(\.key) == (0..<count).map { "k\($0)" })
        for place in 0..<count { #expect(object["k\(place)"] == .integer(Int64(place))) }
        #expect(object["k\(count)"] == nil)
    }

    @Test("Objects are equal only in the same order, and the first of two equal keys wins")
    func objectsAreEqualInTheSameOrder() {
        #expect(JSONObject(["a": .null, "b": .null]) == JSONObject(["a": .null, "b": .null]))
        #expect(JSONObject(["a": .null, "b": .null]) != JSONObject(["b": .null, "a": .null]))
        #expect(JSONObject(["a": .integer(1), "a": .integer(2)]) == JSONObject(["a": .integer(1)]))
    }
}
