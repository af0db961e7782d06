import ConvertFiles
import Exporters

extension Inspection {
    /// Bytes of tensors that `Slim` would leave out of a checkpoint; nil if the file is not a checkpoint or gives no slim one.
    public var bytesThatSlimSaves: Int? { Slim.savedBytes(opened) }
}

extension Slim {
    /// Whether a file is a checkpoint with tensors that only training needs; false if it cannot be read.
    public static func wouldReduce(_ path: String) -> Bool {
        (try? FormatRegistry.open(path)).flatMap(savedBytes).map { $0 > 0 } ?? false
    }

    fileprivate static func savedBytes(_ opened: OpenedFile) -> Int? {
        guard opened.checkpoint != nil, opened.weights != nil, let slim = try? SlimFile(opened, rules: SlimPlan.Rules()) else { return nil }
        return slim.shares(of: opened, as: PthFormat.self).reduce(0) { sum, share in
            sum + (share.stayed.map { share.byteCount - $0 } ?? 0)
        }
    }
}
