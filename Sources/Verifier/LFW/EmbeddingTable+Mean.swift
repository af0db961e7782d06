extension EmbeddingTable {
    /// For each fold, the scores of all pairs after the mean embedding of the pairs of all *other* folds is subtracted from every embedding:
    /// facenet's `subtract_mean`. An image counts as often as those pairs name it.
    /// - Throws: `LFWError.noEmbedding` for an image without one, `.badEmbedding` for one that equals the mean.
    package func scoresWithoutMean(of pairs: PairList) throws(LFWError) -> [ScoreTable] {
        let folds = pairs.folds
        var sums = [[Double]](repeating: [Double](repeating: 0, count: width), count: folds.count)
        var counts = [Int](repeating: 0, count: folds.count)
        for (index, pair) in pairs.pairs.enumerated() {
            let fold = folds.ofPair[index]
            counts[fold] += 2
            for path in [pair.imageA, pair.imageB] {
                for (place, number) in try embedding(of: path).enumerated() { sums[fold][place] += Double(number) }
            }
        }
        var tables: [ScoreTable] = []
        for fold in 0..<folds.count {
            let others = (0..<folds.count).filter { $0 != fold }
            let count = Double(max(others.reduce(0) { $0 + counts[$1] }, 1))
            let mean = (0..<width).map { place in others.reduce(0) { $0 + sums[$1][place] } / count }
            var scores: [Float] = []
            scores.reserveCapacity(pairs.pairs.count)
            for pair in pairs.pairs { scores.append(try cosine(pair, from: mean)) }
            tables.append(try ScoreTable(pairs: pairs, scores: scores))
        }
        return tables
    }

    /// The cosine of the angle in which two embeddings are seen from `origin`.
    private func cosine(_ pair: LFWPair, from origin: [Double]) throws(LFWError) -> Float {
        let (first, second) = (try embedding(of: pair.imageA), try embedding(of: pair.imageB))
        var (product, firstSquare, secondSquare) = (0.0, 0.0, 0.0)
        for ((one, other), center) in zip(zip(first, second), origin) {
            let (one, other) = (Double(one) - center, Double(other) - center)
            product += one * other
            firstSquare += one * one
            secondSquare += other * other
        }
        for (square, path) in [(firstSquare, pair.imageA), (secondSquare, pair.imageB)] where square == 0 {
            throw .badEmbedding(file: file, path: path, reason: "equals the mean of the other folds, so that it has no direction")
        }
        return Float(product / (firstSquare.squareRoot() * secondSquare.squareRoot()))
    }
}
