// Exports a checkpoint as ONNX, checks the file from disk, and compares two pictures with it.
// Usage: TwoFaces epoch.pth face.onnx first.jpg second.jpg
import ConvertKit

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count == 4 else { fatalError("usage: TwoFaces epoch.pth face.onnx first.jpg second.jpg") }

do {
    // Written, read back from disk, compared bit for bit and run. The file gets its name only if it is the same network.
    var request = try ExportRequest(ModelSource(arguments[0]), to: arguments[1])
    request.isReplacing = true
    let export = try Export(request).run()
    guard export.isWritten else { fatalError("the export is not the same network") }

    // The file says how pictures enter the network, so nothing has to be repeated here.
    let face = try ModelSource(arguments[1]).load()
    let run = try PictureRun(face.network(), PictureRunRequest(Array(arguments[2...])), name: face.name)
    let embeddings = try run.run().table
    print("cosine \(embeddings.cosine(0, 1))")
} catch {
    print("\(error)")
}
