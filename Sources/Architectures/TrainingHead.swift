/// Tensors that only training needs: the layer that turns embeddings into classes, under the names that projects give it.
enum TrainingHead {
    private static let names: Set<String> = [
        "head", "heads", "classifier", "parallel_fc", "kernel", "logits", "metric_fc", "fc6", "margin", "softmax_fc", "arc_face", "loss",
    ]
    private static let dot = UInt8(ascii: ".")
    private static let wrappers = ["module.", "model.", "_orig_mod."]

    /// Whether a key that no layer claims belongs to a head: it lies beside the network, not inside one of its blocks.
    /// - Parameter prefix: The prefix that all keys of the network share.
    static func owns(_ key: String, besideNetworkUnder prefix: String) -> Bool {
        let isOutside = !key.utf8.starts(with: prefix.utf8)
        var relative = isOutside ? key.utf8[...] : key.utf8.dropFirst(prefix.utf8.count)
        if isOutside {
            while let wrapper = wrappers.first(where: { relative.starts(with: $0.utf8) }) {
                relative = relative.dropFirst(wrapper.utf8.count)
            }
        }
        let first = relative.prefix { $0 != dot }
        if names.contains(String(Substring(first))) { return true }
        // Under the network's own prefix this would be the layer that gives the embedding.
        return isOutside && first.elementsEqual("fc".utf8) && relative.count { $0 == dot } == 1
    }
}
