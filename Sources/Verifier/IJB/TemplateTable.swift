import ConvertFiles
import ConvertInference

/// A vector of unit length for each template, made from its pictures' vectors as the field does (`image2template_feature` in insightface's
/// `eval_ijbc.py`): each picture's vector, not of unit length, times the detector's score; the mean over the pictures of one medium; the sum
/// over the media; unit length.
package struct TemplateTable: Sendable {
    /// The templates' numbers, in ascending order.
    package let templates: [Int]
    /// Numbers of a vector.
    package let width: Int
    /// The templates' vectors one after another, in double precision.
    let vectors: [Double]

    /// Sums that vectors are added to picture by picture, in any order of pictures.
    package struct Sums: Sendable {
        private let lists: IJBLists
        private let width: Int
        private var sums: [Double]

        /// Sums of zero. Throws `IJBError.notVectors` if there would be more numbers than fit in memory.
        package init(_ lists: IJBLists, width: Int, file: String) throws {
            let (count, overflows) = lists.templates.count.multipliedReportingOverflow(by: width)
            guard width > 0, !overflows, count <= MemoryBudget.bytes / 8 else {
                throw IJBError.notVectors(file: file, reason: "\(width) numbers for each of \(lists.templates.count) templates")
            }
            (self.lists, self.width) = (lists, width)
            sums = [Double](repeating: 0, count: count)
        }

        /// Adds the vector of a picture, the sum of the network's outputs for the picture and for its mirror image.
        package mutating func add(_ vector: some RandomAccessCollection<Double>, of picture: Int) {
            let weight = Double(lists.pictures[picture].score) / Double(lists.picturesOfMedium[picture])
            let first = Int(lists.templateOfPicture[picture]) * width
            for (place, number) in zip(first..<first + width, vector) { sums[place] += number * weight }
        }

        /// The templates' vectors. Throws `IJBError.noDirection`.
        package func table() throws -> TemplateTable {
            var vectors = sums
            for (index, template) in lists.templates.enumerated() {
                let places = index * width..<(index + 1) * width
                let length = places.reduce(0.0) { $0 + sums[$1] * sums[$1] }.squareRoot()
                guard length.isFinite, length > 0 else { throw IJBError.noDirection(template: template) }
                for place in places { vectors[place] = sums[place] / length }
            }
            return TemplateTable(templates: lists.templates, width: width, vectors: vectors)
        }
    }

    /// From vectors that any engine made: arrays of pictures × numbers, in the order of the lists.
    /// - Parameter mirrored: The vectors of the mirror images, which are added; nil to do without.
    /// - Throws: `IJBError` or `NumpyError`.
    package init(_ lists: IJBLists, vectors file: MappedFile, mirrored: MappedFile?) throws {
        let array = try TemplateTable.array(file, lists)
        let other = try mirrored.map { try TemplateTable.array($0, lists) }
        if let other, let mirrored, other.shape != array.shape {
            throw IJBError.notVectors(file: mirrored.path, reason: "its shape is \(other.shape), that of \(file.name) is \(array.shape)")
        }
        var sums = try Sums(lists, width: array.shape[1], file: file.path)
        for picture in lists.pictures.indices {
            // Vectors of half a million pictures need not stay in memory.
            if picture.isMultiple(of: 1 << 14) { for read in [file, mirrored].compactMap(\.self) { read.bytes.letGo() } }
            var vector = array.row(picture)
            if let other { for (place, number) in other.row(picture).enumerated() { vector[place] += number } }
            sums.add(vector, of: picture)
        }
        self = try sums.table()
    }

    private init(templates: [Int], width: Int, vectors: [Double]) {
        (self.templates, self.width, self.vectors) = (templates, width, vectors)
    }

    private static func array(_ file: MappedFile, _ lists: IJBLists) throws -> NumpyArray {
        let array = try NumpyArray(file)
        guard array.shape.count == 2, array.shape[1] > 0, array.element.isFloating else {
            throw IJBError.notVectors(
                file: file.path,
                reason: "the array is \(array.element.name) of shape \(array.shape), not pictures × numbers in floating point")
        }
        guard array.shape[0] == lists.pictures.count else {
            throw IJBError.notVectors(
                file: file.path,
                reason: "\(NumberText.grouped(array.shape[0])) rows for \(NumberText.grouped(lists.pictures.count)) pictures")
        }
        return array
    }
}
