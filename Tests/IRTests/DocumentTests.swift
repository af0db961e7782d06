import ConvertIR
import ConvertJSON
import Testing

/// Graph, contract and document as JSON: the same again, and typed errors if the text is different.
@Suite struct DocumentTests {
    private func parsed(_ object: JSONObject) throws -> JSONObject {
        try #require(try JSONParser.parse(Array(JSONValue.object(object).text().utf8)).object)
    }

    @Test("A graph with every operation comes back the same")
    func aGraphWithEveryOperationComesBackTheSame() throws {
        let graph = Sample.everything
        #expect(Set(graph.nodes.map(\.operation.kind)) == Set(OperationKind.allCases), "an operation is missing from the sample")
        #expect(try Graph(json: parsed(graph.json)) == graph)
    }

    @Test("Nodes are written as they always were, so that files of earlier versions can be read")
    func nodesAreWrittenAsTheyAlwaysWere() throws {
        let nodes = Sample.everything.json["nodes"]?.array?.map { $0.text() } ?? []
        #expect(
            nodes == [
                #"{"name":"cast","operation":"convert_to_float","inputs":["pixels"],"output":"cast"}"#,
                #"{"name":"select","operation":"select_channels","inputs":["input"],"output":"select","channels":[2,1,0]}"#,
                #"{"name":"div","operation":"divide","inputs":["select"],"output":"div","constant":[2.0,4.0,3.0]}"#,
                #"{"name":"sub","operation":"subtract","inputs":["div"],"output":"sub","constant":127.5}"#,
                #"{"name":"mul","operation":"multiply","inputs":["sub"],"output":"mul","constant":0.1}"#,
                #"{"name":"conv","operation":"convolution","inputs":["mul"],"output":"conv","weight":"conv.weight","bias":"conv.bias","#
                    + #""stride":[2,1],"padding":[1,0,2,3],"dilation":[2,1],"groups":1}"#,
                #"{"name":"bn","operation":"batch_normalization","inputs":["conv"],"output":"bn","scale":"bn.weight","bias":"bn.bias","#
                    + #""mean":"bn.mean","variance":"bn.var","epsilon":0.001}"#,
                #"{"name":"prelu","operation":"prelu","inputs":["bn"],"output":"prelu","slope":"prelu.weight"}"#,
                #"{"name":"depthwise","operation":"convolution","inputs":["prelu"],"output":"depthwise","weight":"dw.weight","#
                    + #""stride":[1,1],"padding":[0,0,0,0],"dilation":[1,1],"groups":4}"#,
                #"{"name":"relu","operation":"relu","inputs":["depthwise"],"output":"relu"}"#,
                #"{"name":"add","operation":"add","inputs":["relu","prelu"],"output":"add"}"#,
                #"{"name":"sigmoid","operation":"sigmoid","inputs":["add"],"output":"sigmoid"}"#,
                #"{"name":"tanh","operation":"tanh","inputs":["add"],"output":"tanh"}"#,
                #"{"name":"clip","operation":"clip","inputs":["add"],"output":"clip","minimum":-0.5,"maximum":6.0}"#,
                #"{"name":"most","operation":"clip","inputs":["add"],"output":"most","maximum":6.0}"#,
                #"{"name":"leaky","operation":"leaky_relu","inputs":["add"],"output":"leaky","slope":0.1}"#,
                #"{"name":"gate","operation":"hard_sigmoid","inputs":["add"],"output":"gate","alpha":0.16666666666666666,"beta":0.5}"#,
                #"{"name":"steep","operation":"hard_sigmoid","inputs":["add"],"output":"steep","alpha":0.2,"beta":0.25}"#,
                #"{"name":"swish","operation":"hard_swish","inputs":["add"],"output":"swish"}"#,
                #"{"name":"gelu","operation":"gelu","inputs":["add"],"output":"gelu","tanh":false}"#,
                #"{"name":"near","operation":"gelu","inputs":["add"],"output":"near","tanh":true}"#,
                #"{"name":"product","operation":"product","inputs":["sigmoid","tanh"],"output":"product"}"#,
                #"{"name":"maximum","operation":"maximum","inputs":["product","gelu"],"output":"maximum"}"#,
                #"{"name":"bare","operation":"batch_normalization","inputs":["maximum"],"output":"bare","mean":"bn.mean","#
                    + #""variance":"bn.var","epsilon":0.001}"#,
                #"{"name":"counted","operation":"average_pool","inputs":["bare"],"output":"counted","kernel":[3,3],"stride":[1,1],"#
                    + #""padding":[1,1,1,1],"ceil_mode":false,"count_padding":true}"#,
                #"{"name":"cat","operation":"concatenate","inputs":["add","prelu"],"output":"cat","axis":1}"#,
                #"{"name":"max","operation":"max_pool","inputs":["cat"],"output":"max","kernel":[3,2],"stride":[2,2],"#
                    + #""padding":[1,0,0,1],"ceil_mode":true}"#,
                #"{"name":"average","operation":"average_pool","inputs":["max"],"output":"average","kernel":[2,2],"stride":[1,1],"#
                    + #""padding":[0,0,0,0],"ceil_mode":false}"#,
                #"{"name":"permute","operation":"permute","inputs":["average"],"output":"permute","axes":[0,1,3,2]}"#,
                #"{"name":"soft","operation":"softmax","inputs":["permute"],"output":"soft","axis":1}"#,
                #"{"name":"global","operation":"global_average_pool","inputs":["soft"],"output":"global"}"#,
                #"{"name":"flatten","operation":"flatten","inputs":["global"],"output":"flatten"}"#,
                #"{"name":"linear","operation":"linear","inputs":["flatten"],"output":"linear","weight":"fc.weight","bias":"fc.bias"}"#,
                #"{"name":"norm","operation":"l2_normalize","inputs":["linear"],"output":"embedding","axis":1,"epsilon":1e-12}"#,
                #"{"name":"parts","operation":"adaptive_average_pool","inputs":["add"],"output":"parts","size":[3,2]}"#,
                #"{"name":"frame","operation":"pad","inputs":["parts"],"output":"frame","padding":[1,0,0,1],"value":0.5}"#,
                #"{"name":"largest","operation":"global_max_pool","inputs":["frame"],"output":"largest"}"#,
                #"{"name":"tokens","operation":"reshape","inputs":["frame"],"output":"tokens","shape":[0,4,-1]}"#,
                #"{"name":"layer","operation":"layer_normalization","inputs":["tokens"],"output":"layer","scale":"ln.weight","#
                    + #""bias":"ln.bias","axes":2,"epsilon":1e-06}"#,
                #"{"name":"token","operation":"parameter","inputs":[],"output":"token","weight":"token","batch":true}"#,
                #"{"name":"slice","operation":"slice","inputs":["token"],"output":"slice","axis":2,"start":-1,"end":0,"step":-3}"#,
                #"{"name":"matrices","operation":"matrix_product","inputs":["slice","layer"],"output":"matrices"}"#,
                #"{"name":"mean","operation":"reduce_mean","inputs":["matrices"],"output":"mean","axes":[1],"keep_axes":true}"#,
                #"{"name":"length","operation":"reduce_l2","inputs":["mean"],"output":"length","axes":[1,2],"keep_axes":false}"#,
            ])
    }

    @Test("Floats come back bit for bit") func floatsComeBackToTheBit() throws {
        for bits in stride(from: UInt32(0), to: 0x7F80_0000, by: 0x0101_0103) {
            let graph = Sample.chain([.batch, .fixed(2)], ["m": .multiply(ChannelNumbers(-Double(Float(bitPattern: bits))))])
            #expect(try Graph(json: parsed(graph.json)) == graph, "\(Float(bitPattern: bits))")
        }
    }

    @Test("Dimensions of every kind come back") func dimensionsOfAllKindsComeBack() throws {
        let graph = Graph(inputs: [Sample.input([.batch, .fixed(3), .derived, .symbol("größe")])], nodes: [], outputs: ["input"])
        #expect(try Graph(json: parsed(graph.json)) == graph)
    }

    static let contracts = [
        Sample.contract,
        InputContract(
            height: nil, width: 7, channelOrder: .bgr, mean: 0.1, standardDeviation: 1e-3, crop: .whole, embeddingLength: nil,
            isNormalized: true, metric: .none),
        InputContract(
            height: nil, width: nil, standardDeviation: 1, crop: .none, embeddingLength: nil, isNormalized: false, metric: .none),
        InputContract(
            height: 112, width: 96, channelOrder: .gray, mean: ChannelNumbers([123.7, 116.3, 103.5]),
            standardDeviation: ChannelNumbers([58.4, 57.1, 57.4]), crop: .arcface, embeddingLength: 512, isNormalized: false,
            metric: .cosine, origins: FactOrigins(all: .given)),
        InputContract(
            height: nil, width: nil, mean: nil, standardDeviation: nil, crop: .unknown, embeddingLength: 128, isNormalized: false,
            metric: .cosine, origins: FactOrigins(all: .unknown)),
    ]

    @Test("A contract comes back the same", arguments: contracts) func aContractComesBackTheSame(_ contract: InputContract) throws {
        #expect(try InputContract(json: parsed(contract.json)) == contract)
    }

    @Test("A contract without origins counts as stated by the file") func aContractWithoutOriginsIsOneThatTheFileStates() throws {
        var object = JSONObject()
        for member in Sample.contract.json.members where member.key != "origins" { object.append(member.key, member.value) }
        let read = try InputContract(json: parsed(object))
        #expect(read.origins == FactOrigins(all: .stated))
        #expect(read.mean == Sample.contract.mean && read.crop == Sample.contract.crop)
    }

    @Test("A document comes back with its metadata") func aDocumentComesBackWithItsMetadata() throws {
        let metadata: Metadata = JSONObject([
            "epoch": .integer(3), "loss": .number(.nan), "best": .number(-.infinity), "note": .string("NaN"), "rate": .number(0.1),
        ])
        let weights = Weights(
            entries: try Sample.everythingWeights().entries, metadata: metadata,
            provenance: Provenance(source: "ä.pth", format: "pth", stateDictPath: "a.b"))
        let model = try Sample.model(Sample.everything, weights)
        let document = try ModelDocument(text: Array(ModelDocument(model).text.utf8))
        #expect(document.graph == model.graph && document.contract == model.contract && document.architecture == .custom)
        #expect(document.provenance == weights.provenance && document.text == ModelDocument(model).text)
        guard case .number(let loss)? = document.metadata["loss"] else {
            Issue.record("no number")
            return
        }
        #expect(loss.isNaN && document.metadata["note"] == .string("NaN") && document.metadata["best"] == .number(-.infinity))
        let bare = try ModelDocument(text: Array(ModelDocument(weights).text.utf8))
        #expect(bare.graph == nil && bare.contract == nil && bare.architecture == nil && bare.metadata["epoch"] == .integer(3))
    }

    // MARK: Damage

    /// The document with one member of one object replaced, or taken away.
    private func changed(_ value: JSONValue, _ path: [String], to new: JSONValue?) -> JSONValue {
        guard let first = path.first else { return new ?? .null }
        let rest = Array(path.dropFirst())
        if let items = value.array, let index = Int(first) {
            return .array(items.enumerated().map { $0 == index ? changed($1, rest, to: new) : $1 })
        }
        var result = JSONObject()
        for member in value.object?.members ?? [] {
            if member.key != first {
                result.append(member.key, member.value)
            } else if !rest.isEmpty || new != nil {
                result.append(member.key, changed(member.value, rest, to: new))
            }
        }
        return .object(result)
    }

    private func paths(_ value: JSONValue, _ path: [String] = []) -> [[String]] {
        var all = path.isEmpty ? [] : [path]
        for (index, item) in (value.array ?? []).enumerated() { all += paths(item, path + ["\(index)"]) }
        for member in value.object?.members ?? [] { all += paths(member.value, path + [member.key]) }
        return all
    }

    /// Whatever is put wherever: an error of its type, or a document whose graph is then judged, but never a trap.
    @Test("A document with any member replaced or removed is read or refused with a typed error")
    func anyMemberOfAnyKindIsReadOrRefusedWithATypedError() throws {
        let model = try Sample.model(Sample.everything, try Sample.everythingWeights())
        let root = JSONValue.object(ModelDocument(model).json)
        let places = paths(root).filter { $0.first == "graph" || $0.first == "contract" || $0.count == 1 }
        #expect(places.count > 200)
        let values: [JSONValue?] = [
            nil, .null, .boolean(true), .integer(-1), .integer(0), .integer(Int64.max), .integer(Int64.min), .unsigned(UInt64.max),
            .number(1e300), .number(-0.5), .string(""), .string("\u{0}x"), .array([]), .array([.integer(Int64.max), .integer(Int64.max)]),
            .array([.integer(Int64.max), .integer(0), .integer(0), .integer(0)]),
            .array([.integer(Int64.min), .integer(1), .integer(1), .integer(Int64.min)]), .object(JSONObject()),
        ]
        var (refused, taken) = (0, 0)
        for place in places {
            for value in values {
                let text = changed(root, place, to: value).text()
                do throws(GraphError) {
                    let document = try ModelDocument(text: Array(text.utf8))
                    if let graph = document.graph { _ = try graph.valueTypes(weights: model.weights) }
                    taken += 1
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 1500 && taken > 100, "\(refused) refused, \(taken) taken")
    }

    @Test("An error names the member that is wrong") func whatIsWrongIsNamed() throws {
        let model = try Sample.model(Sample.everything, try Sample.everythingWeights())
        let root = JSONValue.object(ModelDocument(model).json)
        func problem(_ path: [String], _ value: JSONValue?) -> String {
            do throws(GraphError) {
                _ = try ModelDocument(text: Array(changed(root, path, to: value).text().utf8))
                return "none"
            } catch {
                return error.problem
            }
        }
        #expect(problem(["version"], .integer(2)).contains("version is 2"))
        #expect(problem(["version"], nil).contains("no version"))
        #expect(problem(["graph", "nodes", "5", "operation"], .string("conv9")).contains("operation of nodes conv"))
        #expect(problem(["graph", "nodes", "5", "stride"], .array([.integer(1)])).contains("stride of nodes conv"))
        #expect(problem(["graph", "outputs"], .array([.integer(1)])).contains("outputs of graph"))
        #expect(problem(["graph", "inputs", "0", "elements"], .string("int9")).contains("elements of inputs pixels"))
        #expect(problem(["contract", "standard_deviation"], .integer(0)).contains("standard_deviation"))
        #expect(problem(["contract", "height"], .number(1e9)).contains("height"))
        #expect(problem(["contract", "crop"], .string("face")).contains("crop"))
        #expect(problem(["provenance"], nil).contains("provenance"))
        for text in ["", "[]", "{", "{\"version\":1}", "{\"version\":\"1\"}", "{\"version\":1e300}"] {
            #expect(throws: GraphError.self, "\(text)") { try ModelDocument(text: Array(text.utf8)) }
        }
    }
}
