import ConvertInference

extension NumericComparison.Images {
    /// Pictures that were read from files.
    /// - Parameters:
    ///   - paths: the pictures in the batch.
    ///   - folder: what was named: a folder, or the picture itself.
    ///   - total: pictures in the folder; only the first of them are read.
    ///   - unreadable: pictures among the first that could not be read.
    package init(_ batch: Batch, ofPictures paths: [String], in folder: String, outOf total: Int, unreadable: Int) {
        var text = paths.count == 1 ? "the picture \(paths[0])" : "\(paths.count) pictures of \(folder)"
        let tried = paths.count + unreadable
        if total > tried { text += ", the first \(tried) of \(total)" }
        if unreadable > 0 { text += ", \(unreadable) could not be read" }
        self.init(batch, description: text)
    }

    /// Images of an array.
    package init(_ batch: Batch, ofArray path: String) {
        self.init(batch, description: "\(batch.imageCount) images of \(path)")
    }
}
