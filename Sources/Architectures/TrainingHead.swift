/// Tensors that only training needs: the layer that turns embeddings into classes, under the names that projects give it.
enum TrainingHead {
    private static let names: Set<String> = [
        "head", "heads", "classifier", "parallel_fc", "kernel", "logits", "metric_fc", "fc6", "margin", "softmax_fc", "arc_face", "loss",
    ]
    private static let wrappers = ["module.", "model.", "_orig_mod."]

    /// Whether a key that no layer claims belongs to a head: it lies beside the network, not inside one of its blocks.
    /// - Parameter prefix: The prefix that all keys of the network share.
    static func owns(_ key: String, besideNetworkUnder prefix: String) -> Bool {
        let isOutside = !key.hasPrefix(prefix)
        var relative = isOutside ? key : String(key.dropFirst(prefix.count))
        if isOutside {
            while let wrapper = wrappers.first(where: { relative.hasPrefix($0) }) { relative.removeFirst(wrapper.count) }
        }
        let parts = relative.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = parts.first.map(String.init) else { return false }
        if names.contains(first) { return true }
        // Under the network's own prefix this would be the layer that gives the embedding.
        return isOutside && first == "fc" && parts.count == 2
    }
}
