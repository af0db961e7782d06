import ConvertFiles
import Exporters
import Glibc
import TestSupport
import Testing

@testable import Exporters

/// Data files beside a model: only plain files inside its folder, and never past their end.
@Suite struct ONNXExternalDataTests {
    let folder = Fixtures.temporaryFolder()

    /// A model whose one initializer, two floats, lies in another file.
    private func write(_ entries: KeyValuePairs<String, String>) -> String {
        let bytes = Message.model { graph in
            graph.tensor(5, "w", 1, [2]) { tensor in
                for (key, value) in entries {
                    tensor.message(13) { entry in
                        entry.text(1, key)
                        entry.text(2, value)
                    }
                }
                tensor.number(14, 1)
            }
            graph.node("Relu", ["in"], ["out"])
            graph.value(11, "in", [nil, 4])
            graph.value(12, "out", [nil, 4])
        }
        let path = "\(folder)/inner/t.onnx"
        mkdir("\(folder)/inner", 0o755)
        mkdir("\(folder)/inner/sub", 0o755)
        Fixtures.write(bytes, to: path)
        for name in ["outside.bin", "inner/a.bin", "inner/sub/a.bin"] {
            Fixtures.write([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 9], to: "\(folder)/\(name)")
        }
        symlink("a.bin", "\(folder)/inner/link.bin")
        symlink("sub", "\(folder)/inner/linked")
        symlink("../outside.bin", "\(folder)/inner/out.bin")
        symlink("..", "\(folder)/inner/away")
        symlink("none", "\(folder)/inner/nowhere.bin")
        Fixtures.write([UInt8](repeating: 0, count: 9), to: "\(folder)/other.bin")
        link("\(folder)/other.bin", "\(folder)/inner/twice.bin")
        return path
    }

    private func refusal(_ entries: KeyValuePairs<String, String>) -> String {
        do {
            _ = try FormatRegistry.open(write(entries))
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test("Data is read from plain files in the model's folder and its subfolders") func plainPlacesAreRead() throws {
        for (location, offset) in [("a.bin", "0"), ("sub/a.bin", "0"), ("a.bin", "1")] {
            let opened = try FormatRegistry.open(write(["location": location, "offset": offset, "length": "8"]))
            let numbers = try #require(opened.weights?["w"]).doubles()
            if offset == "0" { #expect(numbers == [1, 2]) }
            #expect(opened.sources.count == 2)
        }
    }

    @Test("Links inside the model's folder are followed") func linksAreFollowedInsideTheModelsFolder() throws {
        for location in ["link.bin", "linked/a.bin"] {
            let opened = try FormatRegistry.open(write(["location": location, "length": "8"]))
            #expect(try #require(opened.weights?["w"]).doubles() == [1, 2], "\(location)")
        }
    }

    /// As huggingface_hub lays files out: both names are links into a folder of blobs.
    @Test("A download cache is read through its links, but a link out of it is refused") func aDownloadCacheIsReadThroughItsLinks() throws {
        let model = write(["location": "t.onnx.data", "length": "8"])
        for (name, depth) in [("snapshots/r", 2), ("snapshots/r/onnx", 3)] {
            let hub = "\(folder)/hub\(depth)"
            for part in ["", "/blobs", "/snapshots", "/snapshots/r", "/snapshots/r/onnx"] { mkdir(hub + part, 0o755) }
            Fixtures.write(try Fixtures.bytes(model), to: "\(hub)/blobs/b1")
            Fixtures.write([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40], to: "\(hub)/blobs/b2")
            let up = String(repeating: "../", count: depth)
            symlink("\(up)blobs/b1", "\(hub)/\(name)/t.onnx")
            symlink("\(up)blobs/b2", "\(hub)/\(name)/t.onnx.data")
            #expect(try #require(FormatRegistry.open("\(hub)/\(name)/t.onnx").weights?["w"]).doubles() == [1, 2])
            // The model as a file, its data still a link.
            unlink("\(hub)/\(name)/t.onnx")
            Fixtures.write(try Fixtures.bytes(model), to: "\(hub)/\(name)/t.onnx")
            #expect(try #require(FormatRegistry.open("\(hub)/\(name)/t.onnx").weights?["w"]).doubles() == [1, 2])
            // A link that leaves the cache.
            unlink("\(hub)/\(name)/t.onnx.data")
            symlink("\(folder)/outside.bin", "\(hub)/\(name)/t.onnx.data")
            #expect(throws: ONNXError.self) { try FormatRegistry.open("\(hub)/\(name)/t.onnx") }
        }
    }

    @Test("A location outside the model's folder is refused with the tensor's name") func otherPlacesAreRefusedWithTheTensorsName() {
        for (location, words) in [
            ("../outside.bin", "leaves its folder"), ("sub/../../outside.bin", "leaves its folder"), ("..", "leaves its folder"),
            ("\(folder)/outside.bin", "not a relative path"), ("", "not a relative path"), ("out.bin", "is a link"),
            ("away/outside.bin", "is a link"), ("nowhere.bin", "is a link"), ("twice.bin", "a hard link"), ("a.bin\\x", "backslash"),
            ("none.bin", "is not there"), ("sub//a.bin", "leaves its folder"),
            ("a.bin/", "leaves its folder"),
            // A combining mark makes one character of itself and the slash, and still the system goes by the slash.
            ("../\u{301}outside.bin", "leaves its folder"),
        ] {
            let found = refusal(["location": location, "length": "8"])
            #expect(found.contains("tensor w") && found.contains(words), "\(location): \(found)")
        }
        #expect(refusal(["location": "sub", "length": "8"]) != "none")
        #expect(refusal(["offset": "0"]).contains("not a relative path"))
    }

    @Test("An offset or length that does not fit the data file or the tensor is refused") func otherStretchesAreRefused() {
        for (offset, length) in [
            ("2", "8"), ("10", "0"), ("-1", "8"), ("0", "-8"), ("0", "10"), ("0", "9223372036854775807"), ("9223372036854775807", "8"),
            ("x", "8"), ("0", "8.0"), ("0", "99999999999999999999"), ("0", "4"), ("0", ""),
        ] { #expect(refusal(["location": "a.bin", "offset": offset, "length": length]) != "none", "\(offset) \(length)") }
        // Without a length all that is left is taken, which here is one byte too many.
        #expect(refusal(["location": "a.bin"]).contains("9 are given"))
    }

    @Test("A data file that was truncated or removed after export is refused") func aDataFileThatIsCutShortLaterIsRefused() throws {
        let model = try ONNXTrip.model("ir_small.pth")
        let path = try ONNXTrip.check(model, ONNXTrip.options(isExternal: true), path: "\(folder)/m.onnx").path
        let data = try Fixtures.bytes(path + ".data")
        Fixtures.write(Array(data.dropLast()), to: path + ".data")
        #expect(throws: ONNXError.self) { try FormatRegistry.open(path) }
        unlink(path + ".data")
        #expect(throws: ONNXError.self) { try FormatRegistry.open(path) }
    }
}
